//! The parts that several tasks share without a driver between them, explored in many
//! orders of the tasks. An order in which a task waits forever is found as a deadlock.

use std::collections::BTreeSet;
use std::future::ready;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use isolet_wire::Value;
use shuttle::future::{self, block_on};
use shuttle::thread;
use tokio::sync::{mpsc, oneshot};

use crate::limits::Limits;
use crate::limits::fuel_account::{FuelAccount, SLICE};
use crate::limits::lineage::Lineage;
use crate::limits::quota::Reservation;
use crate::rpc::capability::{Answer, Call, Capability};
use crate::rpc::mailbox::Mailbox;
use crate::rpc::promised_answer::PromisedAnswer;
use crate::rpc::remote::Remote;
use crate::rpc::request::{Command, Receiver, Request};
use crate::rpc::stub::Stub;
use crate::rpc::survey::Surveyed;
use crate::rpc::target::Target;
use crate::support::sync::explore;

const ORDERS: usize = 2_000;

fn account(limit: u64, payer: Option<&Arc<FuelAccount>>) -> Arc<FuelAccount> {
    let limits = Limits::default().fuel(limit);
    FuelAccount::new(&limits, Instant::now(), Lineage::default(), payer.cloned())
}

/// Runs turns that need this much fuel each, one after the other. Returns false if
/// there was not enough.
async fn turns(account: Arc<FuelAccount>, needs: &[u64]) -> bool {
    for &need in needs {
        let Some(mut lease) = account.lease().await else { return false };
        while lease.fuel() < need {
            if lease.top_up().await == 0 {
                let all = lease.fuel();
                lease.end(all);
                return false;
            }
        }
        lease.end(need);
    }
    true
}

const NEEDS: [&[u64]; 3] =
    [&[SLICE / 2, 2 * SLICE + 3], &[3 * SLICE], &[1, SLICE, SLICE - 1, SLICE / 3]];

/// Runs the callees of a root with this limit, one of them through another account. Returns
/// true if all had enough fuel.
fn family(limit: u64) -> (Arc<FuelAccount>, bool) {
    let root = account(limit, None);
    let between = account(u64::MAX, Some(&root));
    let tasks = NEEDS.map(|needs| {
        let payer = if needs.len() == 1 { &between } else { &root };
        future::spawn(turns(account(u64::MAX, Some(payer)), needs))
    });
    let enough = tasks.map(|task| block_on(task).expect("a task"));
    (root, enough.iter().all(|&enough| enough))
}

fn needed() -> u64 {
    NEEDS.iter().copied().flatten().sum()
}

#[test]
fn a_limit_that_suffices_does_so_in_every_order() {
    explore(ORDERS, || {
        let (root, enough) = family(needed());
        assert!(enough);
        assert!(block_on(root.lease()).is_none());
    });
}

#[test]
fn a_limit_that_does_not_suffice_is_used_up_in_every_order() {
    explore(ORDERS, || {
        let limit = needed() - 1;
        let (root, enough) = family(limit);
        assert!(!enough);
        assert!(root.is_used_up());
        assert_eq!(root.exhausted(), Some(limit));
    });
}

#[test]
fn turns_that_are_dropped_leave_nobody_waiting() {
    explore(ORDERS, || {
        let root = account(2 * SLICE, None);
        let tasks = [0, 1, 2].map(|_| {
            let child = account(u64::MAX, Some(&root));
            future::spawn(async move { drop(child.lease().await) })
        });
        for task in tasks {
            block_on(task).expect("a task");
        }
        assert!(block_on(root.lease()).is_none());
    });
}

/// A driver that only records what arrives: the tokens of requests, and the objects that
/// were released. Asserts that each release comes after its request.
async fn note(mut commands: mpsc::UnboundedReceiver<Command>, mailbox: Mailbox) -> Noted {
    let mut noted = Noted::default();
    while let Some(command) = commands.recv().await {
        match command {
            Command::Invoke(request) => {
                noted.requests.insert(request.token);
                noted.taken += 1;
            }
            Command::Unheld => noted.unheld += 1,
            Command::Unneeded => break,
            _ => {}
        }
        for (number, _) in mailbox.released(noted.taken) {
            assert!(noted.requests.contains(&number.into()), "{number} overtook its call");
            noted.released.push(number);
        }
    }
    noted
}

#[derive(Default)]
struct Noted {
    requests: BTreeSet<u64>,
    taken: u64,
    released: Vec<u32>,
    unheld: usize,
}

#[test]
fn letting_go_never_overtakes_a_call() {
    explore(ORDERS, || {
        let (sender, commands) = mpsc::unbounded_channel();
        let mailbox = Mailbox::new(sender, Lineage::default(), Limits::default(), None);
        let driver = future::spawn(note(commands, mailbox.clone()));
        let callers = [0, 1, 2].map(|caller: u32| {
            let mailbox = mailbox.clone();
            thread::spawn(move || {
                for number in [2 * caller, 2 * caller + 1] {
                    let (reply, _answer) = oneshot::channel();
                    let mut request = Request::loading(&Limits::default(), reply);
                    request.token = number.into();
                    let object = Remote::new(mailbox.clone(), Receiver::Exported(number));
                    assert!(mailbox.invoke(Box::new(request)).is_ok());
                    drop(object);
                }
            })
        });
        for caller in callers {
            caller.join().expect("a caller");
        }
        Surveyed::unneeded(&mailbox);
        let mut noted = block_on(driver).expect("a driver");
        noted.released.sort_unstable();
        assert_eq!(noted.released, [0, 1, 2, 3, 4, 5]);
    });
}

#[test]
fn a_sandbox_hears_that_nobody_holds_it_after_each_last_one() {
    explore(ORDERS, || {
        let (sender, commands) = mpsc::unbounded_channel();
        let mailbox = Mailbox::new(sender, Lineage::default(), Limits::default(), None);
        let driver = future::spawn(note(commands, mailbox.clone()));
        let holders = [0, 1, 2].map(|_| {
            let mailbox = mailbox.clone();
            thread::spawn(move || {
                let hold = mailbox.hold();
                let other = mailbox.hold();
                drop(hold);
                assert!(mailbox.is_held());
                drop(other);
            })
        });
        for holder in holders {
            holder.join().expect("a holder");
        }
        assert!(!mailbox.is_held());
        Surveyed::unneeded(&mailbox);
        let unheld = block_on(driver).expect("a driver").unheld;
        assert!((1..=3).contains(&unheld), "{unheld}");
    });
}

/// A capability that records the numbers that it is called with.
#[derive(Default)]
struct Notes(Mutex<Vec<u32>>);

impl Capability for Notes {
    fn call(self: Arc<Self>, _: &str, arguments: Value) -> Answer {
        let number = arguments.element::<u32>(0).expect("a number");
        self.0.lock().expect("no panic").push(number);
        Box::pin(ready(Ok(value(number))))
    }
}

fn value(number: u32) -> Value {
    Value::from_serialize(&number).expect("a number")
}

fn call(number: u32) -> Call {
    Call::method("note", Value::array_of(&[value(number)]))
}

#[test]
fn calls_of_an_answer_keep_their_order_and_are_all_answered() {
    explore(ORDERS, || {
        let (first, second) =
            (Arc::new(PromisedAnswer::default()), Arc::new(PromisedAnswer::default()));
        let notes = Arc::new(Notes::default());
        let callers = [0_u32, 10, 20].map(|base| {
            let promised = Arc::clone(if base == 0 { &second } else { &first });
            thread::spawn(move || {
                let answers =
                    [base, base + 1, base + 2].map(|number| promised.request(call(number)));
                let [one, gone, three] = answers;
                drop(gone);
                assert_eq!(block_on(one).expect("an answer"), value(base));
                assert_eq!(block_on(three).expect("an answer"), value(base + 2));
            })
        });
        // The first answer leads to the second, whose calls may have waited
        // longer or less long.
        let led = Arc::clone(&first);
        let leads = Stub::to(Target::Promised(Arc::clone(&second))).to_value();
        let one = thread::spawn(move || led.settle(Ok(leads), Reservation::default()));
        let stub = Stub::to(Target::Capability(Arc::clone(&notes) as _)).to_value();
        second.settle(Ok(stub), Reservation::default());
        one.join().expect("a settler");
        for caller in callers {
            caller.join().expect("a caller");
        }
        let numbers = notes.0.lock().expect("no panic");
        for base in [0, 10, 20] {
            let of_one: Vec<_> =
                numbers.iter().filter(|number| **number / 10 * 10 == base).collect();
            assert!(of_one.is_sorted(), "{numbers:?}");
        }
    });
}

#[test]
fn two_answers_that_hold_each_other_are_found_in_every_order() {
    explore(ORDERS, || {
        let (one, two) = (Arc::new(PromisedAnswer::default()), Arc::new(PromisedAnswer::default()));
        let (weak_one, weak_two) = (Arc::downgrade(&one), Arc::downgrade(&two));
        let (in_one, in_two) = (
            Stub::to(Target::Promised(Arc::clone(&two))),
            Stub::to(Target::Promised(Arc::clone(&one))),
        );
        let settle = |promised: Arc<PromisedAnswer>, holds: Stub| {
            thread::spawn(move || promised.settle(Ok(holds.to_value()), Reservation::default()))
        };
        let tasks = [settle(one, in_one), settle(two, in_two)];
        for task in tasks {
            task.join().expect("a task");
        }
        assert!(weak_one.upgrade().is_none() && weak_two.upgrade().is_none());
    });
}
