//! Depth, size and expansion.

use isolet_wire::{
    BigInt, Buffer, DecodeError, EXPANSION_BASE, HOLE_COST, MAX_DECIMAL_DIGITS, MAX_DEPTH, Value,
    View, ViewKind, Walker, Writer,
};

use crate::corpus::message;

fn nested(levels: usize) -> Value {
    message(|w| {
        for _ in 0..levels {
            w.begin_array(1);
        }
        w.null();
    })
}

#[test]
fn depth_is_no_danger() {
    for levels in [10_000, 1_000_000] {
        let deep = nested(levels);
        assert_eq!(deep.to_json().len(), 2 * levels + 4);
        assert_eq!(deep.to::<serde_json::Value>(), Err(DecodeError::Depth));
        deep.to::<serde::de::IgnoredAny>().unwrap();
        let array = Value::array_of(&[deep.clone(), deep]);
        let mut items = array.elements().unwrap();
        assert_eq!(items.next::<serde_json::Value>(), Some(Err(DecodeError::Depth)));
        assert_eq!(items.next_value().unwrap().unwrap().as_bytes().len(), 2 * levels + 2);
    }
}

#[test]
fn the_depth_that_is_allowed_fits_a_small_stack() {
    let work = || {
        assert!(nested(MAX_DEPTH).to::<serde_json::Value>().is_ok());
        assert_eq!(nested(MAX_DEPTH + 1).to::<serde_json::Value>(), Err(DecodeError::Depth));
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn large_buffers_cross() {
    let bytes = vec![7; 32 << 20];
    let mut writer = Writer::new();
    writer.view(View {
        kind: ViewKind::Uint8,
        buffer: Buffer::Inline(&bytes),
        byte_offset: 0,
        length: bytes.len(),
    });
    let large = Value::from_bytes(writer.finish(), Vec::new()).unwrap();
    assert_eq!(large.to::<&[u8]>().unwrap().len(), 32 << 20);
}

#[test]
fn a_large_run_takes_no_more_memory_than_it_needs() {
    const LARGE: usize = 32 << 20;
    let bytes = vec![7; LARGE];
    let text = "x".repeat(LARGE);
    let view = View {
        kind: ViewKind::Uint8,
        buffer: Buffer::Inline(&bytes),
        byte_offset: 0,
        length: LARGE,
    };
    let large_runs: [&dyn Fn(&mut Writer); 4] =
        [&|w| w.view(view), &|w| w.array_buffer(&bytes), &|w| w.string(&text), &|w| {
            w.big_int(isolet_wire::BigInt { negative: false, hex: &text });
        }];
    for write in large_runs {
        let mut writer = Writer::new();
        writer.begin_object();
        writer.string("data");
        write(&mut writer);
        writer.end();
        assert!(writer.finish().capacity() < LARGE + 256);
    }
    let large = message(|w| w.view(view));
    let outer = Value::array_of(&[Value::null(), large]);
    assert!(outer.into_bytes().capacity() < LARGE + 256);

    let mut writer = Writer::new();
    writer.begin_array(1_000_000);
    for _ in 0..1_000_000 {
        writer.string("small");
    }
    let bytes = writer.finish();
    assert!(bytes.capacity() < bytes.len() + bytes.len() / 4 + 256);
}

/// Creates arrays that each hold the previous one ten times.
fn laughs(levels: usize) -> Value {
    message(|w| {
        w.begin_array(levels);
        for level in 0..levels {
            w.begin_array(10);
            for _ in 0..10 {
                if level == 0 {
                    w.string("lol");
                } else {
                    w.reference(level);
                }
            }
        }
    })
}

#[test]
fn a_billion_laughs_end() {
    let bomb = laughs(30);
    assert!(bomb.as_bytes().len() < 1000);
    assert_eq!(bomb.to::<serde_json::Value>(), Err(DecodeError::Expansion));
    let json = bomb.to_json();
    assert!(json.contains("[Shared]") && json.len() < 8 << 20);
    assert!(laughs(4).to::<serde_json::Value>().is_ok());
    // A copy keeps what is shared.
    let item = bomb.elements().map(|mut items| {
        for _ in 0..29 {
            items.skip().unwrap();
        }
        items.next_value().unwrap().unwrap()
    });
    assert!(item.unwrap().as_bytes().len() < 1000);
}

#[test]
fn whoever_knows_what_to_expect_may_expand_more() {
    let text = "x".repeat(1 << 20);
    let shared = message(|w| {
        w.begin_array(1);
        w.begin_array(6);
        w.begin_array(1);
        w.string(&text);
        for _ in 0..5 {
            w.reference(2);
        }
    });
    let expand = |bytes: usize| {
        let mut items = shared.elements().unwrap().expanding(bytes);
        items.next::<Vec<Vec<String>>>().unwrap().map(|lists| lists.len())
    };
    assert_eq!(expand(0), Err(DecodeError::Expansion));
    assert_eq!(expand(5 << 20), Err(DecodeError::Expansion));
    assert_eq!(expand(6 << 20), Ok(6));
}

#[test]
fn shared_buffers_do_not_multiply() {
    let bytes = vec![0; 1 << 16];
    let many = message(|w| {
        w.begin_array(10_000);
        w.array_buffer(&bytes);
        for _ in 1..10_000 {
            w.view(View {
                kind: ViewKind::Uint8,
                buffer: Buffer::Ref(1),
                byte_offset: 0,
                length: bytes.len(),
            });
        }
    });
    assert_eq!(many.to::<Vec<Vec<u8>>>(), Err(DecodeError::Expansion));
    assert!(many.to_json().len() < 8 << 20);
}

#[test]
fn long_sparse_arrays_are_objects() {
    let sparse = message(|w| {
        w.begin_sparse_array(u32::MAX);
        w.string("4000000000");
        w.int(1);
        w.end();
    });
    assert_eq!(sparse.to_json(), r#"{"4000000000":1}"#);
    let plain = sparse.to::<serde_json::Value>().unwrap();
    assert_eq!(plain, serde_json::json!({"4000000000": 1}));
    let mut items = sparse.elements().unwrap();
    assert_eq!(items.len(), u32::MAX as usize);
    assert_eq!(items.next::<Option<u8>>().unwrap().unwrap(), None);
}

#[test]
fn holes_cost_what_they_become() {
    let holes = |count| {
        message(|w| {
            w.begin_sparse_array(count);
            w.end();
        })
    };
    let most = u32::try_from(EXPANSION_BASE / (HOLE_COST + 1)).unwrap();
    assert_eq!(holes(most).to::<Vec<Value>>().unwrap().len(), most as usize);
    assert_eq!(holes(most + 1).to::<Vec<Value>>(), Err(DecodeError::Expansion));
    // Found by the fuzzer: 160 MB from 6 bytes.
    assert_eq!(holes(983_036).to::<Vec<Value>>(), Err(DecodeError::Expansion));
}

#[test]
fn long_bigints_stay_cheap() {
    let digits = "f".repeat(1 << 20);
    let long = message(|w| w.big_int(BigInt { negative: true, hex: &digits }));
    assert!(long.to_json().starts_with("\"-0xfff"));
    let text = long.to::<String>().unwrap();
    assert_eq!(text, format!("-0x{digits}"));
    let most = "f".repeat(MAX_DECIMAL_DIGITS + 1);
    let beyond = message(|w| w.big_int(BigInt { negative: false, hex: &most }));
    assert_eq!(beyond.to::<String>().unwrap(), format!("0x{most}"));
    assert_eq!(BigInt { negative: false, hex: &most[1..] }.to_string().len(), 617);
}

/// Converts digit by digit, as on paper.
fn on_paper(hex: &str) -> String {
    let mut decimal = vec![0];
    for digit in hex.chars() {
        let mut carry = digit.to_digit(16).unwrap();
        for place in &mut decimal {
            let sum = *place * 16 + carry;
            (*place, carry) = (sum % 10, sum / 10);
        }
        while carry > 0 {
            decimal.push(carry % 10);
            carry /= 10;
        }
    }
    decimal.iter().rev().map(ToString::to_string).collect()
}

#[test]
fn bigints_are_decimal_up_to_their_limit() {
    let pattern = "f00d0000000000000000000000000000cafe0123456789abcdef";
    for length in 1..=MAX_DECIMAL_DIGITS {
        let ones = "f".repeat(length);
        let power = format!("1{}", "0".repeat(length - 1));
        let mixed: String = pattern.chars().cycle().take(length).collect();
        for hex in [&ones, &power, &mixed] {
            assert_eq!(BigInt { negative: false, hex }.to_string(), on_paper(hex), "{hex}");
        }
    }
    // 10^19, where one word of decimal digits ends, and zero.
    assert_eq!(
        BigInt { negative: true, hex: "8ac7230489e80000" }.to_string(),
        "-10000000000000000000"
    );
    assert_eq!(BigInt { negative: false, hex: "0" }.to_string(), "0");
}

#[test]
fn a_walker_says_how_deep_it_is() {
    let deep = nested(5);
    let mut walker = Walker::new(deep.as_bytes()).unwrap();
    let mut deepest = 0;
    while walker.event().unwrap().is_some() {
        deepest = deepest.max(walker.depth());
    }
    assert_eq!((deepest, walker.depth()), (5, 0));
}
