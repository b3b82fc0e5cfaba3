//! The states of a record at each time.

use isolet_runs::{Durability, EffectState, Error, Options, RunEnd, RunId, RunState};

use crate::{World, begin, plan, whole};

#[tokio::test]
async fn a_reader_sees_each_step_at_once() {
    let world = World::new();
    let store = world.open(Options::default());
    let run = begin(&store, "\n  first\nsecond").await;
    let (shown, effects) = world.shown(run.id());
    assert_eq!((shown.run.state, shown.run.title.as_str()), (RunState::Running, "first"));
    assert_eq!((shown.program.text.as_str(), effects.len()), ("\n  first\nsecond", 0));
    let state = |number: usize| world.shown(run.id()).1[number].state;
    run.plan(&plan(0)).await.expect("it is planned");
    assert_eq!(state(0), EffectState::Planned);
    run.start(0).await.expect("it is started");
    assert_eq!(state(0), EffectState::Started);
    run.end(0, EffectState::Done, "[1]");
    run.plan(&plan(1)).await.expect("it is planned");
    assert_eq!((state(0), state(1)), (EffectState::Done, EffectState::Planned));
    run.end(1, EffectState::Refused, "no");
    run.finish(RunEnd::Failed("TypeError")).await.expect("it ends");
    let (shown, effects) = world.shown(run.id());
    assert_eq!((shown.run.state, shown.run.calls), (RunState::Failed, 2));
    assert_eq!(shown.run.result.expect("a reason").text, "TypeError");
    let results = effects.iter().map(|it| it.result.as_ref().map(|text| text.text.as_str()));
    assert_eq!(results.collect::<Vec<_>>(), [Some("[1]"), Some("no")]);
    assert!(effects[1].started.is_none() && effects[1].ended.is_some());
}

/// The same as after a crash.
#[tokio::test]
async fn calls_without_an_answer_are_unknown_and_those_that_never_left_were_never_made() {
    let world = World::new();
    let store = world.open(Options::default());
    for end in [Some(RunEnd::Returned("1")), Some(RunEnd::Cancelled), None] {
        let run = begin(&store, "").await;
        let id = run.id();
        run.plan(&plan(0)).await.expect("it is planned");
        run.plan(&plan(1)).await.expect("it is planned");
        run.start(1).await.expect("it is started");
        match end {
            Some(end) => run.finish(end).await.expect("it ends"),
            None => drop(run),
        }
        store.flush().await.expect("it is written");
        let (shown, effects) = world.shown(id);
        let states: Vec<_> = effects.iter().map(|effect| effect.state).collect();
        assert_eq!(states, [EffectState::NeverMade, EffectState::Unknown]);
        let is_returned = matches!(end, Some(RunEnd::Returned(_)));
        let state = if is_returned { RunState::Returned } else { RunState::Cancelled };
        assert_eq!(shown.run.state, state);
    }
}

#[tokio::test]
async fn no_call_starts_that_was_not_planned_or_whose_run_has_ended() {
    let world = World::new();
    let store = world.open(Options::default());
    let run = begin(&store, "").await;
    assert_eq!(run.start(0).await, Err(Error::Ended));
    run.plan(&plan(0)).await.expect("it is planned");
    run.end(0, EffectState::Done, "never");
    assert_eq!(world.shown(run.id()).1[0].state, EffectState::Planned);
    run.start(0).await.expect("it is started");
    assert_eq!(run.start(0).await, Err(Error::Ended));
    run.plan(&plan(1)).await.expect("it is planned");
    run.plan(&plan(2)).await.expect("it is planned");
    run.end(2, EffectState::Refused, "no");
    assert_eq!(run.start(2).await, Err(Error::Ended));
    run.finish(RunEnd::Returned("1")).await.expect("it ends");
    assert_eq!(run.start(1).await, Err(Error::Ended));
    assert_eq!(run.plan(&plan(3)).await, Err(Error::Ended));
    assert_eq!(run.finish(RunEnd::Cancelled).await, Err(Error::Ended));
    // The answer of a call that went on is known all the same.
    run.end(0, EffectState::Done, "late");
    run.end(1, EffectState::Done, "forged");
    store.flush().await.expect("it is written");
    let states: Vec<_> = world.shown(run.id()).1.iter().map(|effect| effect.state).collect();
    assert_eq!(states, [EffectState::Done, EffectState::NeverMade, EffectState::Refused]);
}

/// Nobody waits, and all is there once the store was flushed, or is gone.
#[tokio::test]
async fn without_durability_nothing_is_waited_for() {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    fn now<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("it waits"),
        }
    }

    let world = World::new();
    let store = world.open(Options { durability: Durability::None, ..Options::default() });
    let id = RunId::random().expect("randomness");
    let run = now(store.begin(id, "1")).expect("a run");
    now(run.plan(&plan(0))).expect("it is planned");
    now(run.start(0)).expect("it is started");
    run.end(0, EffectState::Done, "1");
    now(run.finish(RunEnd::Returned("1"))).expect("it ends");
    store.flush().await.expect("it is written");
    let (shown, effects) = world.shown(id);
    assert_eq!((shown.run.state, shown.run.durability), (RunState::Returned, Durability::None));
    assert_eq!(effects[0].state, EffectState::Done);
    // Without a flush, the thread that writes ends with what it was told.
    let second = RunId::random().expect("randomness");
    now(now(store.begin(second, "2")).expect("a run").finish(RunEnd::Returned("2")))
        .expect("it ends");
    drop((run, store));
    let store = loop {
        // Held until the thread has ended.
        match isolet_runs::RunStore::open(world.path(), Options::default()) {
            Ok(store) => break store,
            Err(Error::InUse(_)) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(world.shown(second).0.run.state, RunState::Returned);
    drop(store);
}

#[tokio::test]
async fn runs_are_listed_with_the_newest_first() {
    let world = World::new();
    let store = world.open(Options::default());
    let first = whole(&store, "1").await;
    let second = begin(&store, "2").await;
    second.plan(&plan(0)).await.expect("it is planned");
    let listed = world.reader().list(10).expect("a list");
    let listed: Vec<_> = listed.iter().map(|run| (run.id, run.calls)).collect();
    assert_eq!(listed, [(second.id(), 1), (first, 0)]);
    assert_eq!(world.reader().list(1).expect("a list").len(), 1);
    let unknown = RunId::random().expect("randomness");
    assert!(world.reader().run(unknown).expect("it is read").is_none());
}

#[test]
fn ids_are_unlike_and_are_read_back() {
    let id = RunId::random().expect("randomness");
    assert_ne!(id, RunId::random().expect("randomness"));
    assert_eq!(id.to_string().parse(), Ok(id));
    let id = id.to_string();
    for wrong in ["", "+f", &id[1..], &id.to_uppercase().replace('0', "A"), &format!("{id}0")] {
        assert!(wrong.parse::<RunId>().is_err(), "{wrong}");
    }
}
