//! `map()` of promises: the same calls for each element of a list, without a turn of the
//! sandbox that asks for them.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use futures_util::{StreamExt, TryStreamExt, stream};
use isolet_wire::{Attachment, Kind, Value};
use tokio::task::{consume_budget, unconstrained, yield_now};

use super::capability::{Answer, Call};
use super::promised_answer::PromisedAnswer;
use super::stub::Stub;
use crate::error::thrown::{MAX_MESSAGE_BYTES, Thrown};
use crate::limits::fuel_account::FuelAccount;
use crate::limits::quota::Reservation;
use crate::rpc::survey::{Holds, Shared, Visitor};

/// The maximum number of calls and reads for one element, in nested callbacks too.
pub(crate) const MAX_STEPS: usize = 1_000;

/// The maximum number of callbacks that may be nested.
pub(crate) const MAX_DEPTH: usize = 16;

/// The maximum number of elements of the list, and of all lists that callbacks map in turn.
const MAX_ELEMENTS: usize = 100_000;

/// The maximum number of elements that are worked on at once.
const AT_ONCE: usize = 64;

/// The size in bytes past which writing a value is followed by a yield.
const LARGE: usize = 64 << 10;

/// The operations of fuel that an element and each of its steps cost, besides those for bytes.
const STEP_FUEL: usize = 2_000;

const NO_FUEL: &str = "There is no fuel left to apply the callback of map().";

/// A value of a mapper, by its number. The elements that are worked on and the results of the
/// steps are numbered in the order in which they become known, beginning with 0.
pub(crate) struct Recorded(pub(crate) u32);

impl Recorded {
    pub(crate) fn into_attachment(self) -> Attachment {
        Arc::new(self)
    }

    fn of(attachment: &Attachment) -> Option<u32> {
        attachment.downcast_ref::<Self>().map(|it| it.0)
    }
}

pub(crate) enum Receiver {
    Stub(Stub),
    Recorded(u32),
}

pub(crate) struct Step {
    pub(crate) receiver: Receiver,
    pub(crate) path: Vec<String>,
    pub(crate) does: Does,
}

/// The operation of a step on the value at its path.
pub(crate) enum Does {
    Read,
    /// Calls it with these arguments.
    Call(Value),
    /// Reads it, and does this with each of its elements.
    Map(Callback),
}

/// The steps for each element, and the result.
pub(crate) struct Callback {
    pub(crate) steps: Vec<Step>,
    pub(crate) result: Value,
}

/// A callback of `map()`, and the state of its application.
pub(crate) struct Mapper {
    callback: Callback,
    /// Held while a value is written, and until others had their turn after a large one: the
    /// elements that are worked on at once are polled together.
    writing: tokio::sync::Mutex<()>,
    /// The number of elements so far.
    elements: AtomicUsize,
    /// The number of calls that it waits for.
    calls: AtomicUsize,
    /// The number of pauses that it makes to give other tasks their turn.
    pauses: AtomicUsize,
    /// The values with stubs that it holds.
    held: Mutex<Vec<Weak<dyn Holds + Send + Sync>>>,
}

/// The values that the steps of an element can use: the element and the results of the steps so
/// far, and before them those of the elements whose callbacks are around this one.
struct Known<'a> {
    around: Option<&'a Known<'a>>,
    /// The number of values that are known around it.
    before: usize,
    own: Vec<Arc<PromisedAnswer>>,
}

impl<'a> Known<'a> {
    fn new(around: Option<&'a Self>, values: usize) -> Self {
        let before = around.map_or(0, |it| it.before + it.own.len());
        Self { around, before, own: Vec::with_capacity(values) }
    }

    fn value(&self, number: u32) -> Result<&Arc<PromisedAnswer>, Thrown> {
        let unknown = || Thrown::type_error("There is no such value in the callback of map().");
        let number = usize::try_from(number).map_err(|_| unknown())?;
        let mut known = self;
        while number < known.before {
            known = known.around.ok_or_else(unknown)?;
        }
        known.own.get(number - known.before).ok_or_else(unknown)
    }
}

/// A result, or a list, that is held until the whole is done.
struct Part(Value);

impl Holds for Part {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.value(&self.0);
    }
}

impl Callback {
    fn bytes(&self) -> u64 {
        let size =
            |value: &Value| (value.as_bytes().len() + 64 * value.capabilities().len()) as u64;
        let steps = self.steps.iter().map(|step| {
            let names: usize = step.path.iter().map(String::len).sum();
            let does = match &step.does {
                Does::Read => 0,
                Does::Call(arguments) => size(arguments),
                Does::Map(callback) => callback.bytes(),
            };
            OVERHEAD + names as u64 + does
        });
        steps.sum::<u64>() + size(&self.result)
    }

    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.value(&self.result);
        for step in &self.steps {
            if let Receiver::Stub(stub) = &step.receiver {
                stub.visit(visitor);
            }
            match &step.does {
                Does::Read => {}
                Does::Call(arguments) => visitor.value(arguments),
                Does::Map(callback) => callback.visit(visitor),
            }
        }
    }
}

impl Mapper {
    pub(crate) fn new(callback: Callback) -> Self {
        Self {
            callback,
            writing: tokio::sync::Mutex::default(),
            elements: AtomicUsize::new(0),
            calls: AtomicUsize::new(0),
            pauses: AtomicUsize::new(0),
            held: Mutex::default(),
        }
    }

    /// Returns the size in the host in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.callback.bytes()
    }

    /// Returns the number of calls that it waits for. Returns `None` if it has work to do
    /// that waits for nothing.
    pub(crate) fn waits_for(&self) -> Option<usize> {
        let rests = self.pauses.load(Ordering::Relaxed) == 0;
        rests.then(|| self.calls.load(Ordering::Relaxed))
    }

    /// Applies the callback to the elements of a list, or to any other value but null and
    /// undefined. The payer pays for each step as for a call.
    ///
    /// An element that fails fails the whole. The results together are at most a message.
    pub(crate) async fn apply(
        self: Arc<Self>,
        list: Answer,
        payer: Arc<FuelAccount>,
        concurrency: u64,
        number: u32,
    ) -> Result<Value, Thrown> {
        let list = self.answer(list).await?;
        let at_once = usize::try_from(concurrency).unwrap_or(AT_ONCE).clamp(1, AT_ONCE);
        let job = Job { mapper: &self, payer: &payer, number };
        job.map(&self.callback, list, None, at_once).await.map(|(result, _)| result)
    }

    /// Waits for the answer to a call.
    async fn answer(&self, answer: Answer) -> Result<Value, Thrown> {
        let _counted = Counted::new(&self.calls);
        answer.await
    }

    /// Gives other tasks their turn.
    async fn pause(&self, pause: impl Future<Output = ()>) {
        let _counted = Counted::new(&self.pauses);
        pause.await;
    }

    /// Remembers a value with stubs, for as long as it is held.
    fn hold(&self, shared: &Shared) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() == held.capacity() {
            // Before the list grows, the values that are gone are removed.
            held.retain(|it| it.strong_count() > 0);
            let many = held.len() + 8;
            held.reserve(many);
        }
        held.push(Arc::downgrade(shared));
    }

    /// Returns a value that is held until the whole is done.
    fn part(&self, value: Value) -> Arc<Part> {
        let has_stubs = !value.capabilities().is_empty();
        let part = Arc::new(Part(value));
        if has_stubs {
            self.hold(&(Arc::clone(&part) as Shared));
        }
        part
    }

    /// Returns a result as an answer that can be called. Its bytes are reserved while it exists.
    async fn arrived(
        &self,
        result: Result<Value, Thrown>,
        payer: &FuelAccount,
    ) -> Result<Arc<PromisedAnswer>, Thrown> {
        let bytes = match &result {
            Ok(value) => value.as_bytes().len() as u64,
            Err(thrown) => thrown.bytes(),
        };
        // Values are shared, and errors are copied for each step that uses them.
        if result.is_err() {
            charge(payer, usize::try_from(bytes).unwrap_or(usize::MAX))?;
            if bytes > LARGE as u64 {
                self.pause(yield_now()).await;
            }
        }
        let has_stubs = match &result {
            Ok(value) => !value.capabilities().is_empty(),
            Err(thrown) => thrown.thrown().is_some_and(|it| !it.capabilities().is_empty()),
        };
        let answer = Arc::<PromisedAnswer>::default();
        answer.settle(result, reserve(payer, bytes)?);
        if has_stubs {
            self.hold(&(Arc::clone(&answer) as Shared));
        }
        Ok(answer)
    }
}

impl Holds for Mapper {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        self.callback.visit(visitor);
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        for shared in held.iter().filter_map(Weak::upgrade) {
            visitor.shared_any(shared);
        }
    }
}

/// Counts something while it exists.
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The application of a mapper, and who pays for it.
#[derive(Clone, Copy)]
struct Job<'a> {
    mapper: &'a Mapper,
    payer: &'a Arc<FuelAccount>,
    /// The number of the call that it belongs to.
    number: u32,
}

/// A result whose bytes are reserved, in a box: a callback may be around another one.
type Applying<'a> = Pin<Box<dyn Future<Output = Result<(Value, Reservation), Thrown>> + Send + 'a>>;

impl Job<'_> {
    /// Applies a callback to a list. `at_once` elements are worked on at once, with those of
    /// the callbacks in it.
    fn map<'a>(
        self,
        callback: &'a Callback,
        list: Value,
        around: Option<&'a Known<'a>>,
        at_once: usize,
    ) -> Applying<'a>
    where
        Self: 'a,
    {
        Box::pin(async move {
            let Self { mapper, payer, .. } = self;
            if matches!(list.kind(), Kind::Null | Kind::Undefined) {
                return Ok((list, Reservation::default()));
            }
            let bytes = list.as_bytes().len();
            charge(payer, bytes)?;
            let mut kept = reserve(payer, bytes as u64)?;
            let most = usize::try_from(MAX_MESSAGE_BYTES).unwrap_or(usize::MAX);
            let list = mapper.part(list);
            let Some(elements) = list.0.elements() else {
                self.count(1)?;
                return self.one(callback, list.0.clone(), around, at_once).await;
            };
            self.count(elements.len())?;
            // No more at once in all than without callbacks in it.
            let side_by_side = elements.len().clamp(1, at_once);
            let each_at_once = (at_once / side_by_side).max(1);
            let mut elements = elements.expanding(most);
            let each = std::iter::from_fn(|| elements.next_value());
            let results = stream::iter(each).map(|element| async move {
                let element = element.map_err(|error| Thrown::type_error(error.to_string()))?;
                let (result, reservation) =
                    self.one(callback, element, around, each_at_once).await?;
                Ok::<_, Thrown>((mapper.part(result), reservation))
            });
            let (mut list, mut bytes) = (Vec::new(), 0);
            let mut results = std::pin::pin!(results.buffered(side_by_side));
            while let Some((result, _reservation)) = results.try_next().await? {
                mapper.pause(consume_budget()).await;
                let more = result.0.as_bytes().len() as u64;
                bytes += more;
                if bytes > MAX_MESSAGE_BYTES {
                    return Err(Thrown::too_large(bytes));
                }
                kept.grow(more + OVERHEAD).map_err(Thrown::from_error)?;
                list.push(result);
            }
            let list: Vec<Value> = list.into_iter().map(|part| part.0.clone()).collect();
            Ok((Value::array_of(&list), kept))
        })
    }

    fn paid(self, call: Call) -> Call {
        call.paid_by(Some(Arc::clone(self.payer))).numbered(self.number)
    }

    /// Counts the elements of one more list.
    fn count(self, elements: usize) -> Result<(), Thrown> {
        let before = self.mapper.elements.fetch_add(elements, Ordering::Relaxed);
        if before.saturating_add(elements) <= MAX_ELEMENTS {
            return Ok(());
        }
        let text = if before == 0 {
            format!("map() takes a list of at most {MAX_ELEMENTS} elements.")
        } else {
            format!(
                "map() takes lists of at most {MAX_ELEMENTS} elements, with those in its callback."
            )
        };
        Err(Thrown::named("RangeError", text))
    }

    /// Applies a callback to one element.
    async fn one<'a>(
        self,
        callback: &'a Callback,
        element: Value,
        around: Option<&'a Known<'a>>,
        at_once: usize,
    ) -> Result<(Value, Reservation), Thrown> {
        let Self { mapper, payer, .. } = self;
        charge(payer, STEP_FUEL)?;
        let mut known = Known::new(around, 1 + callback.steps.len());
        known.own.push(mapper.arrived(Ok(element), payer).await?);
        for step in &callback.steps {
            // A step that fails matters only to those that use its result.
            let result = self.step(step, &known, at_once).await;
            known.own.push(mapper.arrived(result, payer).await?);
            // Not before the first step: the elements make their first calls in order.
            mapper.pause(consume_budget()).await;
        }
        self.filled(&callback.result, &known).await
    }

    async fn step(self, step: &Step, known: &Known<'_>, at_once: usize) -> Result<Value, Thrown> {
        let Self { mapper, payer, .. } = self;
        charge(payer, STEP_FUEL)?;
        payer.count_call().map_err(|error| Thrown::from_error(error.into()))?;
        let (arguments, _reservation) = match &step.does {
            Does::Call(arguments) => {
                let (arguments, reservation) = self.filled(arguments, known).await?;
                (Some(arguments), reservation)
            }
            Does::Read | Does::Map(_) => (None, Reservation::default()),
        };
        let call = self.paid(Call::of(step.path.clone(), arguments));
        let answer = match &step.receiver {
            Receiver::Stub(stub) => stub.request(call),
            Receiver::Recorded(number) => known.value(*number)?.request(call),
        };
        let value = mapper.answer(answer).await?;
        match &step.does {
            Does::Map(callback) => {
                self.map(callback, value, Some(known), at_once).await.map(|(result, _)| result)
            }
            Does::Read | Does::Call(_) => Ok(value),
        }
    }

    /// Puts what is known in the place of what was recorded, and reserves the bytes of the copy.
    async fn filled(
        self,
        recorded: &Value,
        known: &Known<'_>,
    ) -> Result<(Value, Reservation), Thrown> {
        let Self { mapper, payer, .. } = self;
        let mut values = BTreeMap::new();
        for number in recorded.capabilities().iter().filter_map(Recorded::of) {
            if let std::collections::btree_map::Entry::Vacant(free) = values.entry(number) {
                let read = self.paid(Call::of(Vec::new(), None));
                free.insert(mapper.answer(known.value(number)?.request(read)).await?);
            }
        }
        if values.is_empty() {
            return Ok((recorded.clone(), Reservation::default()));
        }
        charge(payer, recorded.as_bytes().len())?;
        let most = usize::try_from(MAX_MESSAGE_BYTES).unwrap_or(usize::MAX);
        // Without a budget, so that the elements write in order.
        let _writing = unconstrained(mapper.writing.lock()).await;
        let copy = recorded.replace_capabilities(most, |it| {
            Recorded::of(it).map(|number| values.get(&number).cloned().unwrap_or_default())
        });
        let Some(copy) = copy else {
            // As much was written in vain, and the next step may fail the same way.
            charge(payer, most)?;
            mapper.pause(yield_now()).await;
            return Err(Thrown::too_large(MAX_MESSAGE_BYTES + 1));
        };
        charge(payer, copy.as_bytes().len())?;
        let reservation = reserve(payer, copy.as_bytes().len() as u64)?;
        if copy.as_bytes().len() > LARGE {
            mapper.pause(yield_now()).await;
        }
        Ok((copy, reservation))
    }
}

/// The bytes that one result costs the host besides its own.
const OVERHEAD: u64 = 128;

fn charge(payer: &FuelAccount, operations: usize) -> Result<(), Thrown> {
    if payer.charge(operations as u64) { Ok(()) } else { Err(Thrown::new(NO_FUEL)) }
}

/// Reserves bytes that the host keeps for the payer.
fn reserve(payer: &FuelAccount, bytes: u64) -> Result<Reservation, Thrown> {
    let Some(quota) = payer.quota() else { return Ok(Reservation::default()) };
    let mut reservation = Reservation::none(quota, false);
    reservation.grow(bytes + OVERHEAD).map_err(Thrown::from_error)?;
    Ok(reservation)
}
