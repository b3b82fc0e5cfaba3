//! The bounds of a store.

use std::sync::Arc;

use isolet_runs::{Durability, EffectState, Error, MAX_EFFECTS, Options, Plan, RunEnd, RunId};

use crate::{World, begin, plan, whole};

#[tokio::test]
async fn the_oldest_runs_make_room() {
    let world = World::new();
    let store = world.open(Options { max_runs: 3, ..Options::default() });
    let under_way = begin(&store, "").await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(whole(&store, "").await);
    }
    let listed = |world: &World| -> Vec<RunId> {
        world.reader().list(10).expect("a list").iter().map(|run| run.id).collect()
    };
    assert_eq!(listed(&world), [ids[2], ids[1], under_way.id()]);
    assert!(world.reader().run(ids[0]).expect("it is read").is_none());
    let (_second, _third) = (begin(&store, "").await, begin(&store, "").await);
    let id = RunId::random().expect("randomness");
    assert_eq!(store.begin(id, "").await.expect_err("an error"), Error::Busy);
    drop(under_way);
    store.begin(id, "").await.expect("a run");
}

#[tokio::test]
async fn the_bytes_of_all_runs_are_bounded() {
    let world = World::new();
    let store = world.open(Options { max_bytes: 100_000, ..Options::default() });
    for _ in 0..10 {
        let run = begin(&store, &"x".repeat(20_000)).await;
        run.plan(&Plan { arguments: &"y".repeat(10_000), ..plan(0) }).await.expect("a plan");
        run.finish(RunEnd::Returned("1")).await.expect("it ends");
    }
    let kept = world.reader().list(20).expect("a list").len();
    assert!((3..=4).contains(&kept), "{kept}");
    drop(store);
    // The bytes are known again.
    let store = world.open(Options { max_bytes: 100_000, ..Options::default() });
    whole(&store, &"x".repeat(60_000)).await;
    let kept = world.reader().list(20).expect("a list").len();
    assert_eq!(kept, 2);
}

#[tokio::test]
async fn texts_are_cut_and_say_so() {
    let world = World::new();
    let store = world.open(Options::default());
    let run = begin(&store, &"é".repeat(40_000)).await;
    let texts = ["a".repeat(16 << 10), "b".repeat((16 << 10) + 1)];
    for (number, arguments) in texts.iter().enumerate() {
        run.plan(&Plan { arguments, tool: &"t".repeat(300), ..plan(number) })
            .await
            .expect("a plan");
        run.start(number).await.expect("a start");
        run.end(number, EffectState::Done, arguments);
    }
    run.finish(RunEnd::Returned(&texts[1])).await.expect("it ends");
    let (shown, effects) = world.shown(run.id());
    assert_eq!((shown.program.text.len(), shown.program.cut), (64 << 10, 80_000 - (64 << 10)));
    assert_eq!(shown.run.title.len(), 120);
    let cuts = effects.iter().map(|it| (it.arguments.cut, it.result.as_ref().map(|it| it.cut)));
    assert_eq!(cuts.collect::<Vec<_>>(), [(0, Some(0)), (1, Some(1))]);
    assert_eq!(effects[0].tool.len(), 256);
    assert_eq!(shown.run.result.expect("a result").cut, 1);
}

/// A program that calls with long arguments leaves later calls recorded, without them.
#[tokio::test]
async fn the_texts_of_a_run_are_bounded_together() {
    let world = World::new();
    let store = world.open(Options { durability: Durability::Runs, ..Options::default() });
    let run = begin(&store, "").await;
    let arguments = "a".repeat(16 << 10);
    let fit = (4 << 20) / arguments.len();
    for number in 0..=fit {
        run.plan(&Plan { arguments: &arguments, ..plan(number) }).await.expect("a plan");
    }
    run.finish(RunEnd::Returned("1")).await.expect("it ends");
    let (_, effects) = world.shown(run.id());
    assert_eq!(effects.len(), fit + 1);
    assert_eq!(effects[fit - 1].arguments.cut, 0);
    assert_eq!(effects[fit].arguments.text, "");
    assert_eq!(effects[fit].arguments.cut, 16 << 10);
}

/// Runs that nobody waits for begin only as fast as they are written.
#[tokio::test]
async fn what_is_not_written_yet_is_bounded() {
    let world = World::new();
    let store = world.open(Options { durability: Durability::None, ..Options::default() });
    let mut last = None;
    for number in 0..3_000 {
        let run = begin(&store, &number.to_string()).await;
        run.finish(RunEnd::Returned("1")).await.expect("it ends");
        last = Some(run.id());
    }
    store.flush().await.expect("it is written");
    assert_eq!(world.shown(last.expect("a run")).0.program.text, "2999");
}

#[tokio::test]
async fn a_call_that_the_record_has_no_room_for_is_not_made() {
    let world = World::new();
    let store = world.open(Options { durability: Durability::Runs, ..Options::default() });
    let run = begin(&store, "").await;
    for number in 0..MAX_EFFECTS {
        run.plan(&plan(number)).await.expect("a plan");
    }
    assert_eq!(run.plan(&plan(MAX_EFFECTS)).await, Err(Error::Full));
    run.finish(RunEnd::Returned("1")).await.expect("it ends");
    assert_eq!(world.shown(run.id()).0.run.calls, MAX_EFFECTS as u64);
}

/// Before texts are cut, so that no part of a secret stays.
#[tokio::test]
async fn secrets_are_replaced() {
    let redactor = |text: String| text.replace("hunter22", "isolet.secret.PASSWORD.");
    let redactor = Some(Arc::new(redactor) as isolet_runs::Redactor);
    let world = World::new();
    let store = world.open(Options { redactor, ..Options::default() });
    let run = begin(&store, "login('hunter22')").await;
    let arguments = format!("{}hunter22", "a".repeat((16 << 10) - 4));
    run.plan(&Plan { arguments: &arguments, ..plan(0) }).await.expect("a plan");
    run.start(0).await.expect("a start");
    run.end(0, EffectState::Failed, "no hunter22");
    run.finish(RunEnd::Returned("\"hunter22\"")).await.expect("it ends");
    let shown = format!("{:?}", world.shown(run.id()));
    assert!(!shown.contains("hunt"), "{shown}");
    assert_eq!(shown.matches("isolet.secret.PASSWORD.").count(), 4, "{shown}");
    drop((run, store));
    let bytes = std::fs::read(world.path()).expect("the file");
    assert!(!bytes.windows(4).any(|window| window == b"hunt"));
}
