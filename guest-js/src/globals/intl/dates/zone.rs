//! The rules of time zones, from the IANA database.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a time in milliseconds is exact in both types, and an offset is small"
)]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rquickjs::{Ctx, Function, Object, Result};

use super::super::root;
use crate::state::State;

thread_local! {
    /// The zone of the sandbox and its rules. `None` is UTC.
    static LOCAL: RefCell<Option<(String, TimeZone)>> = const { RefCell::new(None) };
    /// The rules of the zones that were used.
    static RULES: RefCell<BTreeMap<String, TimeZone>> = const { RefCell::new(BTreeMap::new()) };
}

/// Sets the zone that `Date` and `Intl.DateTimeFormat` use unless told otherwise. Returns false
/// and changes nothing if there is no such zone.
pub fn set_local(state: &State, name: &str) -> bool {
    let found =
        proper_name(state, name).and_then(|name| Some((name.clone(), rules(state, &name)?)));
    let exists = found.is_some();
    if exists {
        LOCAL.set(found);
    }
    exists
}

/// Returns the name of a zone as the database writes it. Names are found whatever their case.
fn proper_name(state: &State, name: &str) -> Option<String> {
    root(state, "timeZones").get(&name.to_ascii_lowercase()).map(str::to_owned)
}

/// Returns the rules of a zone by its proper name.
fn rules(state: &State, name: &str) -> Option<TimeZone> {
    if let Some(known) = RULES.with_borrow(|rules| rules.get(name).cloned()) {
        return Some(known);
    }
    let rules = TimeZone::tzif(name, &state.host.data(&format!("tz/{name}"))?).ok()?;
    RULES.with_borrow_mut(|all| all.insert(name.to_owned(), rules.clone()));
    Some(rules)
}

/// Returns the offset from UTC in seconds, and whether daylight saving time is in force. A time
/// that the rules do not reach has the offset of the last one that they do.
fn offset(rules: &TimeZone, milliseconds: f64) -> (i32, bool) {
    let (first, last) = (Timestamp::MIN.as_millisecond(), Timestamp::MAX.as_millisecond());
    let time = (milliseconds.floor() as i64).clamp(first, last);
    let Ok(time) = Timestamp::from_millisecond(time) else { return (0, false) };
    let info = rules.to_offset_info(time);
    (info.offset().seconds(), info.dst().is_dst())
}

/// Returns the minutes from local time to UTC at a time.
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "the patched engine calls it"))]
fn minutes_to_utc(milliseconds: i64) -> i32 {
    LOCAL.with_borrow(|local| {
        local.as_ref().map_or(0, |(_, rules)| -offset(rules, milliseconds as f64).0.div_euclid(60))
    })
}

/// The same for a local time, in milliseconds as if it were UTC. One that a change of the clock
/// leaves out or repeats counts as before the change.
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "the patched engine calls it"))]
fn minutes_from_local(milliseconds: i64) -> i32 {
    let minutes = LOCAL.with_borrow(|local| {
        let (_, rules) = local.as_ref()?;
        let (first, last) = (Timestamp::MIN.as_millisecond(), Timestamp::MAX.as_millisecond());
        let time = Timestamp::from_millisecond(milliseconds.clamp(first, last)).ok()?;
        let civil = TimeZone::UTC.to_datetime(time);
        let exact = rules.to_ambiguous_timestamp(civil).compatible().ok()?;
        Some((exact.as_second() - time.as_second()).div_euclid(60) as i32)
    });
    minutes.unwrap_or(0)
}

/// The two functions that the engine calls of its platform. `local-time.patch` declares both.
#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code, reason = "the names are the guest's own")]
mod platform {
    #[unsafe(no_mangle)]
    extern "C" fn isolet_zone_offset(time: i64) -> i32 {
        super::minutes_to_utc(time)
    }

    #[unsafe(no_mangle)]
    extern "C" fn isolet_local_zone_offset(local: i64) -> i32 {
        super::minutes_from_local(local)
    }
}

pub fn install<'js>(native: &Object<'js>, state: &Rc<State>) -> Result<()> {
    let ctx = native.ctx().clone();
    let local = || {
        LOCAL.with_borrow(|local| local.as_ref().map_or("UTC".to_owned(), |(name, _)| name.clone()))
    };
    native.set("timeZone", Function::new(ctx.clone(), local)?)?;
    let own = Rc::clone(state);
    let name = move |name: String| proper_name(&own, &name);
    native.set("findZone", Function::new(ctx.clone(), name)?)?;

    // The offset in `seconds`, and whether `daylight` saving time is in force, or null if there
    // is no such zone.
    let own = Rc::clone(state);
    let zone_offset = move |ctx: Ctx<'js>, name: String, milliseconds: f64| {
        let Some(rules) = rules(&own, &name) else { return Ok(None) };
        let (seconds, daylight) = offset(&rules, milliseconds);
        let found = Object::new_proto(ctx, None)?;
        found.set("seconds", seconds)?;
        found.set("daylight", daylight)?;
        Ok::<_, rquickjs::Error>(Some(found))
    };
    native.set("zoneOffset", Function::new(ctx, zone_offset)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUMMER: i64 = 1_783_166_400_000;

    #[test]
    fn local_time_follows_the_zone() {
        let realm = crate::globals::tests::Realm::new();
        assert!(!set_local(&realm.state, "Mars/Olympus"));
        assert_eq!(minutes_to_utc(SUMMER), 0);
        assert!(set_local(&realm.state, "europe/berlin"));
        assert_eq!(minutes_to_utc(SUMMER), -120);
        assert_eq!(minutes_from_local(SUMMER), -120);
        // 2026-03-29, between 2:00 and 3:00, does not exist. It counts as before the change.
        assert_eq!(minutes_from_local(1_774_751_400_000), -60);
        // 2026-10-25, 2:30 happens twice.
        assert_eq!(minutes_from_local(1_792_895_400_000), -120);
    }
}
