//! Checks that what one tenant leaves in its slot is not visible to the next one.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use crate::Limits;
use crate::engine::bindings::sandbox as wit;
use crate::engine::image::Image;
use crate::engine::pagemap::Pagemap;
use crate::engine::source::Sources;
use crate::engine::transpiler::TranspileOptions;
use crate::engine::{Engine, EngineConfig};
use crate::error::{Error, LimitKind, Result};
use crate::limits::budget::{Allowance, Budget};
use crate::limits::lineage::Lineage;
use crate::sandbox::{Sandbox, Turn};
use crate::tests::raw_guest::RawGuest;

const PAGE: usize = 65536;

/// The size of a full memory. What a slot keeps resident is a small part of it.
const FULL: usize = 512 * PAGE;

const FUEL: u64 = 200_000_000;

/// A guest that does what the number in a `cancel` event says. It first wipes the event
/// from where the host has put it. 0 counts what looks like the secret, 1 grows the memory,
/// and 6 writes to every second page of 100. Any other number takes all memory there is, writes the secret to it, and then
/// ends as [`End`] says.
const TENANT: &str = r#"
  (data (i32.const 0x100) "the image")
  (data (i32.const 0x3ff00) "its last page")
  (table $table 64 funcref)
  (elem declare func $stray)
  (global $global (mut i64) (i64.const 7))
  (func $stray)
  (func $grow (drop (memory.grow (i32.sub (i32.const 512) (memory.size)))))
  (func $fill (local $at i32)
    (call $grow)
    (global.set $global (i64.const 0x5ec4e75ec4e75ec4))
    (drop (table.grow $table (ref.func $stray) (i32.const 1000)))
    (table.fill $table (i32.const 0) (ref.func $stray) (table.size $table))
    (loop $next
      (i64.store (local.get $at) (i64.const 0x5ec4e75ec4e75ec4))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $at) (i32.shl (memory.size) (i32.const 16))))))
  (func $look (result i32) (local $at i32) (local $words i32) (local $functions i32)
    (loop $next
      (local.set $words (i32.add (local.get $words)
        (i64.eq (i64.load (local.get $at)) (i64.const 0x5ec4e75ec4e75ec4))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $at) (i32.shl (memory.size) (i32.const 16)))))
    (local.set $at (i32.const 0))
    (loop $next
      (local.set $functions (i32.add (local.get $functions)
        (i32.eqz (ref.is_null (table.get $table (local.get $at))))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (table.size $table))))
    ;; Four times `waited`, each 80 bytes, and the outcome that lists them.
    (i64.store (i32.const 0x300) (i64.const 5))
    (i32.store (i32.const 0x304) (local.get $words))
    (i64.store (i32.const 0x350) (i64.const 5))
    (i32.store (i32.const 0x354) (i32.wrap_i64 (global.get $global)))
    (i64.store (i32.const 0x3a0) (i64.const 5))
    (i32.store (i32.const 0x3a4) (local.get $functions))
    (i64.store (i32.const 0x3f0) (i64.const 5))
    (i32.store (i32.const 0x3f4) (table.size $table))
    (i64.store (i32.const 0x200) (i64.const 0x400000300))
    (i64.store (i32.const 0x208) (i64.const 0))
    (i32.const 0x200))
  (func $scatter (local $at i32)
    (loop $next
      (i32.store offset=0x1800 (local.get $at) (i32.const 1))
      (local.set $at (i32.add (local.get $at) (i32.const 0x2000)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const 0xc8000)))))
  (func (export "turn") (type $turn) (local $action i32)
    (local.set $action (i32.load offset=16 (local.get 0)))
    (memory.fill (local.get 0) (i32.const 0) (i32.sub (global.get $free) (local.get 0)))
    (if (i32.eqz (local.get $action)) (then (return (call $look))))
    (if (i32.eq (local.get $action) (i32.const 1)) (then (call $grow) (return (i32.const 96))))
    (if (i32.eq (local.get $action) (i32.const 6)) (then (call $scatter) (return (i32.const 96))))
    (call $fill)
    (if (i32.eq (local.get $action) (i32.const 3)) (then unreachable))
    (if (i32.eq (local.get $action) (i32.const 4)) (then (loop $forever (br $forever))))
    (if (i32.eq (local.get $action) (i32.const 5)) (then (drop (memory.grow (i32.const 1024)))))
    (i64.store (i32.const 96) (i64.const 0))
    (i64.store (i32.const 104) (i64.const 0))
    (i32.const 96))
"#;

const LOOK: u32 = 0;
const GROW: u32 = 1;
const SCATTER: u32 = 6;

/// The way in which a tenant that has filled its slot ends.
#[derive(Clone, Copy, Debug)]
enum End {
    Returns = 2,
    Traps = 3,
    Spins = 4,
    WantsMore = 5,
}

/// The guest's own view of its slot.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    secret_words: u32,
    global: u32,
    functions_in_table: u32,
    table_size: u32,
}

const NOTHING: Seen = Seen { secret_words: 0, global: 7, functions_in_table: 0, table_size: 64 };

struct Tenant(Sandbox);

impl Tenant {
    async fn new(engine: &Engine, image: &Arc<Image>) -> Result<Self> {
        let limits = Limits::default();
        let quota = engine.quota_below(None, &limits);
        let sources = Arc::new(Sources::new(
            Arc::clone(engine.transpiler()),
            BTreeMap::new(),
            None,
            &limits,
            &quota,
            TranspileOptions::default(),
        ));
        Sandbox::new(engine, image, 2 * FULL as u64 - 1, &sources, &quota, Lineage::default())
            .await
            .map(Self)
    }

    async fn told(&mut self, action: u32) -> Result<Turn> {
        let now = Instant::now();
        let deadline = now + Duration::from_mins(10);
        let budget =
            Budget { fuel: FUEL, fuel_limit: FUEL, memory_bytes: u64::MAX, began: now, deadline };
        let mut allowance = Allowance(None);
        self.0.turn(0.0, &wit::Event::Cancel(action), budget, &mut allowance).await
    }

    async fn look(&mut self) -> Seen {
        let effects = self.told(LOOK).await.expect("a look").outcome.effects;
        let number = |effect: &wit::Effect| match effect {
            wit::Effect::Waited(number) => *number,
            _ => panic!("it says something else"),
        };
        let [secret_words, global, functions_in_table, table_size] =
            effects.iter().map(number).collect::<Vec<_>>().try_into().expect("four numbers");
        Seen { secret_words, global, functions_in_table, table_size }
    }

    /// Returns the first position at which the memory is neither the image's nor zero, if
    /// any. The length that the dump itself wrote does not count.
    async fn stray(&mut self, image: &Image) -> Option<usize> {
        let memory = self.0.dump().await.expect("a dump");
        let mut expected = image.memory().to_vec();
        expected.resize(memory.len(), 0);
        expected[20..24].copy_from_slice(&memory[20..24]);
        let differs =
            || memory.iter().zip(&expected).position(|(found, expected)| found != expected);
        if memory == expected { None } else { differs() }
    }

    /// Asserts that a slot is clean, in every way that it can be searched.
    async fn assert_clean(&mut self, image: &Image) {
        assert_eq!(self.stray(image).await, None);
        let _ = self.told(GROW).await.expect("room");
        assert_eq!(self.stray(image).await, None);
        assert_eq!(self.look().await, NOTHING);
    }

    async fn fill(&mut self, image: &Image, end: End) {
        let filled = self.told(end as u32).await;
        match (end, filled) {
            (End::Returns, Ok(_)) => {
                // In the tenant's own heap, both searches find the secret.
                assert!(self.stray(image).await.is_some());
                let seen = self.look().await;
                assert!(seen.secret_words as usize > FULL / 8 - 20, "{seen:?}");
                assert_eq!((seen.functions_in_table, seen.table_size), (1064, 1064));
                assert_ne!(seen.global, NOTHING.global);
            }
            (End::Traps, Err(Error::Internal(error))) => {
                assert!(error.to_string().contains("unreachable"), "{error}");
            }
            (End::Spins, Err(Error::Limit(limit))) => assert_eq!(limit.kind, LimitKind::Fuel),
            (End::WantsMore, Err(Error::Limit(limit))) => assert_eq!(limit.kind, LimitKind::Memory),
            (end, filled) => panic!("{end:?}: {:?}", filled.map(|turn| turn.fuel)),
        }
    }
}

/// Creates an engine with one slot, and two images for it.
fn one_slot() -> (Engine, [Arc<Image>; 2]) {
    let engine = RawGuest::new(TENANT).engine(EngineConfig::new().max_sandboxes(1));
    let mut other = vec![0; 7 * PAGE];
    other[0x500..0x600].fill(0x11);
    other[6 * PAGE..].fill(0x22);
    let other = Arc::new(engine.images().of_memory(other).expect("an image"));
    let images = [Arc::clone(engine.base()), other];
    (engine, images)
}

#[tokio::test]
async fn a_recycled_slot_holds_the_image_and_zeros_however_its_tenant_ended() {
    let (engine, images) = one_slot();
    for end in [End::Returns, End::Traps, End::Spins, End::WantsMore] {
        for first in &images {
            for second in &images {
                let mut tenant = Tenant::new(&engine, first).await.expect("the slot");
                tenant.fill(first, end).await;
                let taken = Tenant::new(&engine, second).await;
                assert!(matches!(taken, Err(Error::Overloaded(_))), "there is another slot");
                drop(tenant);
                let mut tenant = Tenant::new(&engine, second).await.expect("the same slot");
                tenant.assert_clean(second).await;
            }
        }
    }
}

#[tokio::test]
async fn a_slot_whose_tenant_was_dropped_in_the_middle_of_a_turn_is_as_clean() {
    let (engine, [image, _]) = one_slot();
    let mut tenant = Tenant::new(&engine, &image).await.expect("the slot");
    {
        let mut turn = pin!(tenant.told(End::Spins as u32));
        // Filling the slot yields fewer times than this, so that the guest is spinning by then.
        for _ in 0..300 {
            let poll = poll_fn(|cx| Poll::Ready(turn.as_mut().poll(cx))).await;
            assert!(poll.is_pending());
        }
    }
    drop(tenant);
    Tenant::new(&engine, &image).await.expect("the same slot").assert_clean(&image).await;
}

#[tokio::test]
async fn pages_written_here_and_there_stay_in_the_slot_if_its_reset_is_prepared() {
    let Some(pagemap) = Pagemap::open() else { return };
    // The dump writes to one page, and 32 runs are kept without preparation.
    let cases = [(false, false, 30..40), (false, true, 170..180), (true, true, 0..3)];
    for (is_strict, is_prepared, pages) in cases {
        let config = EngineConfig::new().max_sandboxes(1).strict_reset(is_strict);
        let engine = RawGuest::new(TENANT).engine(config);
        if engine.pagemap().is_none() && !is_strict {
            continue;
        }
        let image = Arc::new(engine.images().of_memory(vec![0; 16 * PAGE]).expect("an image"));
        let mut tenant = Tenant::new(&engine, &image).await.expect("the slot");
        let _ = tenant.told(SCATTER).await.expect("a turn");
        if is_prepared {
            tenant.0.end().await;
        } else {
            drop(tenant);
        }
        let mut tenant = Tenant::new(&engine, &image).await.expect("the same slot");
        let memory = tenant.0.memory().await.expect("the memory");
        let runs = pagemap.dirty_runs(memory, usize::MAX).expect("the pages");
        let found = runs.iter().map(ExactSizeIterator::len).sum::<usize>();
        assert!(pages.contains(&found) && runs.len() <= 32, "{found}, not {pages:?}: {runs:?}");
        tenant.assert_clean(&image).await;
    }
}
