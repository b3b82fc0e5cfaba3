//! `map()` of promises: the same calls for each element of a list, without a turn of the
//! sandbox that asks for them.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use isolet_wire::{Attachment, Kind, Value};
use tokio::sync::Mutex;
use tokio::task::{consume_budget, unconstrained, yield_now};

use super::capability::{Answer, Call};
use super::promised_answer::PromisedAnswer;
use super::stub::Stub;
use crate::error::thrown::{MAX_MESSAGE_BYTES, Thrown};
use crate::limits::fuel_account::FuelAccount;
use crate::limits::quota::Reservation;

/// The maximum number of calls and reads for one element.
pub(crate) const MAX_STEPS: usize = 1_000;

/// The maximum length of a list.
const MAX_ELEMENTS: usize = 100_000;

/// The maximum number of elements that are worked on at once.
const AT_ONCE: usize = 64;

/// The size in bytes past which writing a value is followed by a yield.
const LARGE: usize = 64 << 10;

/// The operations of fuel that an element and each of its steps cost, besides those for bytes.
const STEP_FUEL: usize = 2_000;

const NO_FUEL: &str = "There is no fuel left to apply the callback of map().";

/// The element, as 0, or the result of a step, counted from 1, in a value of a mapper.
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
    pub(crate) arguments: Option<Value>,
}

/// What is done with each element.
pub(crate) struct Mapper {
    pub(crate) steps: Vec<Step>,
    pub(crate) result: Value,
    /// Held while a value is written, and until others had their turn after a large one: the
    /// elements that are worked on at once are polled together.
    pub(crate) writing: Mutex<()>,
}

/// What is known of one element: itself, and the results of the steps so far.
type Known = Vec<Arc<PromisedAnswer>>;

impl Mapper {
    /// Returns the size in the host in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        let size =
            |value: &Value| (value.as_bytes().len() + 64 * value.capabilities().len()) as u64;
        let steps = self.steps.iter().map(|step| {
            let names: usize = step.path.iter().map(String::len).sum();
            OVERHEAD + names as u64 + step.arguments.as_ref().map_or(0, size)
        });
        steps.sum::<u64>() + size(&self.result)
    }

    /// Applies the mapper to the elements of a list, or to any other value but null and
    /// undefined. The payer pays for each step as for a call.
    ///
    /// An element that fails fails the whole. The results together are at most a message.
    pub(crate) async fn apply(
        self: Box<Self>,
        list: Answer,
        payer: Arc<FuelAccount>,
        concurrency: u64,
    ) -> Result<Value, Thrown> {
        let list = list.await?;
        if matches!(list.kind(), Kind::Null | Kind::Undefined) {
            return Ok(list);
        }
        let bytes = list.as_bytes().len();
        charge(&payer, bytes)?;
        let mut kept = reserve(&payer, bytes as u64)?;
        let most = usize::try_from(MAX_MESSAGE_BYTES).unwrap_or(usize::MAX);
        let Some(elements) = list.elements() else {
            return self.one(list.clone(), &payer).await.map(|(result, _)| result);
        };
        if elements.len() > MAX_ELEMENTS {
            return Err(Thrown::named(
                "RangeError",
                format!("map() takes a list of at most {MAX_ELEMENTS} elements."),
            ));
        }
        let mut elements = elements.expanding(most);
        let each = std::iter::from_fn(|| elements.next_value());
        let at_once = usize::try_from(concurrency).unwrap_or(AT_ONCE).clamp(1, AT_ONCE);
        let (mapper, payer) = (&*self, &payer);
        let results = stream::iter(each).map(|element| async move {
            let element = element.map_err(|error| Thrown::type_error(error.to_string()))?;
            mapper.one(element, payer).await
        });
        let (mut list, mut bytes) = (Vec::new(), 0);
        let mut results = std::pin::pin!(results.buffered(at_once));
        while let Some((result, _reservation)) = results.try_next().await? {
            consume_budget().await;
            let more = result.as_bytes().len() as u64;
            bytes += more;
            if bytes > MAX_MESSAGE_BYTES {
                return Err(Thrown::too_large(bytes));
            }
            kept.grow(more + OVERHEAD).map_err(Thrown::from_error)?;
            list.push(result);
        }
        Ok(Value::array_of(&list))
    }

    /// Applies the mapper to one element. The result's bytes are reserved.
    async fn one(
        &self,
        element: Value,
        payer: &Arc<FuelAccount>,
    ) -> Result<(Value, Reservation), Thrown> {
        charge(payer, STEP_FUEL)?;
        let mut known = Known::with_capacity(1 + self.steps.len());
        known.push(arrived(Ok(element), payer).await?);
        for step in &self.steps {
            // A step that fails matters only to those that use its result.
            let result = step.run(&known, payer, &self.writing).await;
            known.push(arrived(result, payer).await?);
            // Not before the first step: the elements make their first calls in order.
            consume_budget().await;
        }
        filled(&self.result, &known, payer, &self.writing).await
    }
}

impl Step {
    async fn run(
        &self,
        known: &Known,
        payer: &Arc<FuelAccount>,
        writing: &Mutex<()>,
    ) -> Result<Value, Thrown> {
        charge(payer, STEP_FUEL)?;
        payer.count_call().map_err(|error| Thrown::from_error(error.into()))?;
        let (arguments, _reservation) = match &self.arguments {
            Some(arguments) => {
                let (arguments, reservation) = filled(arguments, known, payer, writing).await?;
                (Some(arguments), reservation)
            }
            None => (None, Reservation::default()),
        };
        let call = Call::of(self.path.clone(), arguments).paid_by(Some(Arc::clone(payer)));
        match &self.receiver {
            Receiver::Stub(stub) => stub.request(call).await,
            Receiver::Recorded(index) => value_of(known, *index)?.request(call).await,
        }
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

/// Returns a result as an answer that can be called. Its bytes are reserved while it exists.
async fn arrived(
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
            yield_now().await;
        }
    }
    let answer = Arc::<PromisedAnswer>::default();
    answer.settle(result, reserve(payer, bytes)?);
    Ok(answer)
}

fn value_of(known: &Known, index: u32) -> Result<&Arc<PromisedAnswer>, Thrown> {
    let found = usize::try_from(index).ok().and_then(|index| known.get(index));
    found.ok_or_else(|| Thrown::type_error("There is no such value in the callback of map()."))
}

/// Puts what is known in the place of what was recorded, and reserves the bytes of the copy.
async fn filled(
    recorded: &Value,
    known: &Known,
    payer: &FuelAccount,
    writing: &Mutex<()>,
) -> Result<(Value, Reservation), Thrown> {
    let mut values = BTreeMap::new();
    for index in recorded.capabilities().iter().filter_map(Recorded::of) {
        if let std::collections::btree_map::Entry::Vacant(free) = values.entry(index) {
            let read = Call::of(Vec::new(), None);
            free.insert(value_of(known, index)?.request(read).await?);
        }
    }
    if values.is_empty() {
        return Ok((recorded.clone(), Reservation::default()));
    }
    charge(payer, recorded.as_bytes().len())?;
    let most = usize::try_from(MAX_MESSAGE_BYTES).unwrap_or(usize::MAX);
    // Without a budget, so that the elements write in order.
    let _writing = unconstrained(writing.lock()).await;
    let copy = recorded.replace_capabilities(most, |it| {
        Recorded::of(it).map(|index| values.get(&index).cloned().unwrap_or_default())
    });
    let Some(copy) = copy else {
        // As much was written in vain, and the next step may fail the same way.
        charge(payer, most)?;
        yield_now().await;
        return Err(Thrown::too_large(MAX_MESSAGE_BYTES + 1));
    };
    charge(payer, copy.as_bytes().len())?;
    let reservation = reserve(payer, copy.as_bytes().len() as u64)?;
    if copy.as_bytes().len() > LARGE {
        yield_now().await;
    }
    Ok((copy, reservation))
}
