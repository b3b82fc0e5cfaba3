//! Tests of the accounts of fuel.

use std::sync::Arc;
use std::time::Instant;

use super::{FuelAccount, Lease, Limits, Lineage, SLICE};

fn account(limit: u64, payer: Option<&Arc<FuelAccount>>) -> Arc<FuelAccount> {
    let limits = Limits::default().fuel(limit);
    FuelAccount::new(&limits, Instant::now(), Lineage::default(), payer.cloned())
}

#[test]
fn calls_count_for_all_who_pay() {
    let account = |calls, payer: Option<&Arc<FuelAccount>>| {
        let limits = Limits::default().capability_calls(calls);
        FuelAccount::new(&limits, Instant::now(), Lineage::default(), payer.cloned())
    };
    let root = account(3, None);
    let (one, two) = (account(2, Some(&root)), account(2, Some(&root)));
    assert!(one.count_call().is_ok() && one.count_call().is_ok());
    assert_eq!(one.count_call().expect_err("its own limit").limit, 2);
    assert!(two.count_call().is_ok());
    assert_eq!(two.count_call().expect_err("the root's limit").limit, 3);
}

async fn lease(account: &Arc<FuelAccount>) -> Lease {
    account.lease().await.expect("fuel")
}

/// Returns all the fuel that a turn gets before there is no more.
async fn drain(account: &Arc<FuelAccount>) -> u64 {
    let Some(mut lease) = account.lease().await else { return 0 };
    while lease.top_up().await > 0 {}
    lease.fuel()
}

#[tokio::test]
async fn callees_lease_slices_and_give_back() {
    let root = account(2 * SLICE + 7, None);
    let child = account(u64::MAX, Some(&root));
    let mut turn = lease(&child).await;
    assert_eq!((turn.fuel(), turn.top_up().await), (SLICE, SLICE));
    turn.end(2 * SLICE - 10);
    assert_eq!(lease(&root).await.fuel(), 17);
}

#[tokio::test]
async fn nobody_gets_more_than_the_root_has() {
    let root = account(SLICE + 7, None);
    let child = account(u64::MAX, Some(&root));
    let grandchild = account(u64::MAX, Some(&child));
    assert_eq!(drain(&grandchild).await, SLICE + 7);
    assert!(child.lease().await.is_none());
    assert!(root.lease().await.is_none());
}

#[tokio::test]
async fn nobody_gets_more_than_its_own_limit() {
    let root = account(10 * SLICE, None);
    let child = account(SLICE + 1, Some(&root));
    assert_eq!(drain(&child).await, SLICE + 1);
    assert!(child.lease().await.is_none());
    let turn = lease(&root).await;
    assert_eq!((turn.fuel(), turn.at_most()), (9 * SLICE - 1, 9 * SLICE - 1));
}

#[tokio::test]
async fn what_another_pays_for_counts_for_the_caller() {
    let root = account(10 * SLICE, None);
    let child = account(2 * SLICE, Some(&root));
    let callback = account(u64::MAX, Some(&root));
    lease(&callback).await.end(SLICE - 3);
    callback.close(Some(&child));
    assert_eq!(drain(&child).await, SLICE + 3);
    assert_eq!(lease(&root).await.fuel(), 8 * SLICE);
}

#[tokio::test]
async fn a_turn_of_the_payer_comes_first() {
    let root = account(SLICE, None);
    let child = account(u64::MAX, Some(&root));
    let turn = lease(&root).await;
    assert_eq!((turn.fuel(), turn.at_most()), (SLICE, SLICE));
    let waiting = tokio::spawn(async move { child.lease().await.map(|lease| lease.fuel()) });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    turn.end(SLICE - 3);
    assert_eq!(waiting.await.expect("a task"), Some(3));
}

#[tokio::test]
async fn who_finds_nothing_waits_for_what_running_turns_give_back() {
    let root = account(SLICE, None);
    let (one, two) = (account(u64::MAX, Some(&root)), account(u64::MAX, Some(&root)));
    let turn = lease(&one).await;
    let waiting = tokio::spawn(async move { drain(&two).await });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    turn.end(SLICE - 5);
    assert_eq!(waiting.await.expect("a task"), 5);
}

#[tokio::test]
async fn when_all_of_them_wait_there_is_nothing() {
    let root = account(2 * SLICE, None);
    let (one, two) = (account(u64::MAX, Some(&root)), account(u64::MAX, Some(&root)));
    let (mut first, mut second) = (lease(&one).await, lease(&two).await);
    assert_eq!(tokio::join!(first.top_up(), second.top_up()), (0, 0));
    first.end(SLICE);
    second.end(SLICE);
    assert!(root.lease().await.is_none());
}

#[tokio::test]
async fn a_limit_is_not_used_up_while_somebody_may_give_back() {
    let root = account(SLICE, None);
    let child = account(u64::MAX, Some(&root));
    let mut turn = lease(&child).await;
    assert!(!root.is_used_up());
    assert_eq!(turn.top_up().await, 0);
    assert!(root.is_used_up() && !child.is_used_up());
    assert_eq!(child.exhausted(), Some(SLICE));
    turn.end(SLICE - 1);
    assert!(!root.is_used_up());
}

#[tokio::test]
async fn a_turn_that_is_dropped_has_used_what_it_had() {
    let root = account(3 * SLICE, None);
    let child = account(u64::MAX, Some(&root));
    drop(lease(&child).await);
    assert_eq!(lease(&root).await.fuel(), 2 * SLICE);
}

#[tokio::test]
async fn who_is_called_for_one_that_is_over_uses_what_is_left() {
    let root = account(2 * SLICE, None);
    let child = account(u64::MAX, Some(&root));
    let grandchild = account(u64::MAX, Some(&child));
    child.close(None);
    lease(&grandchild).await.end(SLICE);
    assert_eq!(lease(&root).await.fuel(), SLICE);
}
