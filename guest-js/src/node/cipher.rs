//! AES in the modes of `createCipheriv`, a piece at a time. The block cipher and GHASH are those
//! of the RustCrypto crates, whose own modes take a message as a whole.

#![allow(clippy::needless_pass_by_value, reason = "the engine calls these")]

use std::cell::RefCell;
use std::rc::Rc;

use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256};
use ghash::GHash;
use ghash::universal_hash::UniversalHash;
use rquickjs::{ArrayBuffer, Ctx, Function, Object, Result, Value};

use super::digest::copied;

type Block = [u8; 16];

/// The number of blocks that are encrypted at once.
const BATCH: usize = 64;

enum Aes {
    Short(Box<Aes128>),
    Middle(Box<Aes192>),
    Long(Box<Aes256>),
}

impl Aes {
    fn new(key: &[u8]) -> Option<Self> {
        Some(match key.len() {
            16 => Self::Short(Box::new(Aes128::new_from_slice(key).ok()?)),
            24 => Self::Middle(Box::new(Aes192::new_from_slice(key).ok()?)),
            32 => Self::Long(Box::new(Aes256::new_from_slice(key).ok()?)),
            _ => return None,
        })
    }

    fn encrypt(&self, blocks: &mut [Block]) {
        let blocks = aes::cipher::array::Array::cast_slice_from_core_mut(blocks);
        match self {
            Self::Short(aes) => aes.encrypt_blocks(blocks),
            Self::Middle(aes) => aes.encrypt_blocks(blocks),
            Self::Long(aes) => aes.encrypt_blocks(blocks),
        }
    }

    fn decrypt(&self, blocks: &mut [Block]) {
        let blocks = aes::cipher::array::Array::cast_slice_from_core_mut(blocks);
        match self {
            Self::Short(aes) => aes.decrypt_blocks(blocks),
            Self::Middle(aes) => aes.decrypt_blocks(blocks),
            Self::Long(aes) => aes.decrypt_blocks(blocks),
        }
    }
}

fn xor(into: &mut [u8], with: &[u8]) {
    into.iter_mut().zip(with).for_each(|(byte, other)| *byte ^= other);
}

/// A cipher that is running.
trait Cipher {
    fn update(&mut self, data: &[u8]) -> Vec<u8>;

    /// Returns what is left, or `None` if the padding or the tag is wrong, or if data is
    /// missing.
    fn finish(&mut self) -> Option<Vec<u8>>;

    fn authenticate(&mut self, _: &[u8]) {}

    /// Returns the tag, once the cipher has finished.
    fn tag(&self) -> Vec<u8> {
        Vec::new()
    }

    fn expect_tag(&mut self, _: &[u8]) {}

    fn set_padding(&mut self, _: bool) {}
}

/// ECB and CBC.
struct Blocks {
    aes: Aes,
    /// The last block of ciphertext, if blocks are chained.
    chain: Option<Block>,
    decrypts: bool,
    pads: bool,
    held: Vec<u8>,
}

impl Blocks {
    fn run(&mut self, data: &mut [u8]) {
        let (blocks, _) = data.as_chunks_mut::<16>();
        match (&mut self.chain, self.decrypts) {
            (None, false) => self.aes.encrypt(blocks),
            (None, true) => self.aes.decrypt(blocks),
            (Some(chain), false) => {
                for block in blocks {
                    xor(block, chain);
                    self.aes.encrypt(std::slice::from_mut(block));
                    *chain = *block;
                }
            }
            (Some(chain), true) => {
                let before = blocks.to_vec();
                self.aes.decrypt(blocks);
                for (block, source) in blocks.iter_mut().zip(before) {
                    xor(block, chain);
                    *chain = source;
                }
            }
        }
    }
}

impl Cipher for Blocks {
    fn update(&mut self, data: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(data);
        let mut whole = self.held.len() / 16 * 16;
        // The last block may be padding.
        if self.decrypts && self.pads && whole == self.held.len() {
            whole = whole.saturating_sub(16);
        }
        let rest = self.held.split_off(whole);
        let mut output = std::mem::replace(&mut self.held, rest);
        self.run(&mut output);
        output
    }

    fn finish(&mut self) -> Option<Vec<u8>> {
        let mut last = std::mem::take(&mut self.held);
        if !self.decrypts && self.pads {
            let padding = 16 - last.len() % 16;
            last.resize(last.len() + padding, u8::try_from(padding).ok()?);
        }
        if !last.len().is_multiple_of(16) {
            return None;
        }
        self.run(&mut last);
        if self.decrypts && self.pads {
            let padding = usize::from(*last.last()?);
            let start = last.len().checked_sub(padding)?;
            let valid = (1..=16).contains(&padding)
                && last[start..].iter().all(|byte| usize::from(*byte) == padding);
            if !valid {
                return None;
            }
            last.truncate(start);
        }
        Some(last)
    }

    fn set_padding(&mut self, pads: bool) {
        self.pads = pads;
    }
}

/// The counter mode. `wide` counts in all of the block, else in its last four bytes.
struct Counter {
    aes: Aes,
    next: Block,
    wide: bool,
    /// The rest of the key stream.
    stream: Vec<u8>,
}

impl Counter {
    fn step(&mut self) -> Block {
        let block = self.next;
        if self.wide {
            self.next = u128::from_be_bytes(block).wrapping_add(1).to_be_bytes();
        } else if let Some(low) = self.next.last_chunk_mut::<4>() {
            *low = u32::from_be_bytes(*low).wrapping_add(1).to_be_bytes();
        }
        block
    }

    fn apply(&mut self, data: &mut [u8]) {
        let ready = self.stream.len().min(data.len());
        let (first, rest) = data.split_at_mut(ready);
        xor(first, &self.stream);
        self.stream.drain(..ready);
        for chunk in rest.chunks_mut(BATCH * 16) {
            let mut blocks: Vec<Block> =
                (0..chunk.len().div_ceil(16)).map(|_| self.step()).collect();
            self.aes.encrypt(&mut blocks);
            let stream = blocks.as_flattened();
            xor(chunk, stream);
            self.stream = stream[chunk.len()..].to_vec();
        }
    }
}

impl Cipher for Counter {
    fn update(&mut self, data: &[u8]) -> Vec<u8> {
        let mut output = data.to_vec();
        self.apply(&mut output);
        output
    }

    fn finish(&mut self) -> Option<Vec<u8>> {
        Some(Vec::new())
    }
}

/// A GHASH of data that comes in pieces.
struct Hash {
    hash: GHash,
    held: Vec<u8>,
    bytes: u64,
}

impl Hash {
    fn new(key: &Block) -> Self {
        Self { hash: GHash::new(key.into()), held: Vec::new(), bytes: 0 }
    }

    fn update(&mut self, data: &[u8]) {
        self.bytes += data.len() as u64;
        self.held.extend_from_slice(data);
        let whole = self.held.len() / 16 * 16;
        let rest = self.held.split_off(whole);
        let blocks = std::mem::replace(&mut self.held, rest);
        self.hash.update_padded(&blocks);
    }

    /// Fills the last block with zeroes.
    fn pad(&mut self) {
        let last = std::mem::take(&mut self.held);
        self.hash.update_padded(&last);
    }
}

struct Gcm {
    counter: Counter,
    hash: Hash,
    /// The first block of the key stream, which hides the tag.
    mask: Block,
    authenticated: Option<u64>,
    decrypts: bool,
    tag: Vec<u8>,
    tag_length: usize,
}

impl Gcm {
    fn new(aes: Aes, nonce: &[u8], decrypts: bool, tag_length: usize) -> Self {
        let mut key = [[0; 16]];
        aes.encrypt(&mut key);
        let mut first = [0; 16];
        if nonce.len() == 12 {
            first[..12].copy_from_slice(nonce);
            first[15] = 1;
        } else {
            let mut hash = Hash::new(&key[0]);
            hash.update(nonce);
            hash.pad();
            hash.update(&(u128::from(hash.bytes) * 8).to_be_bytes());
            first = hash.hash.finalize().into();
        }
        let mut counter = Counter { aes, next: first, wide: false, stream: Vec::new() };
        let mut mask = [counter.step()];
        counter.aes.encrypt(&mut mask);
        let (hash, mask) = (Hash::new(&key[0]), mask[0]);
        Self { counter, hash, mask, authenticated: None, decrypts, tag: Vec::new(), tag_length }
    }
}

impl Cipher for Gcm {
    fn update(&mut self, data: &[u8]) -> Vec<u8> {
        if self.authenticated.is_none() {
            self.hash.pad();
            self.authenticated = Some(self.hash.bytes);
        }
        let mut output = data.to_vec();
        if self.decrypts {
            self.hash.update(data);
        }
        self.counter.apply(&mut output);
        if !self.decrypts {
            self.hash.update(&output);
        }
        output
    }

    fn finish(&mut self) -> Option<Vec<u8>> {
        self.update(&[]);
        let authenticated = self.authenticated.unwrap_or_default();
        let bytes = self.hash.bytes - authenticated;
        self.hash.pad();
        let lengths = u128::from(authenticated * 8) << 64 | u128::from(bytes * 8);
        self.hash.update(&lengths.to_be_bytes());
        let mut tag: Block = self.hash.hash.clone().finalize().into();
        xor(&mut tag, &self.mask);
        if !self.decrypts {
            self.tag = tag[..self.tag_length.min(16)].to_vec();
            return Some(Vec::new());
        }
        let expected = self.tag.len();
        let differ = self.tag.iter().zip(&tag).fold(0, |all, (a, b)| all | (a ^ b));
        ((4..=16).contains(&expected) && std::hint::black_box(differ) == 0).then(Vec::new)
    }

    fn authenticate(&mut self, data: &[u8]) {
        if self.authenticated.is_none() {
            self.hash.update(data);
        }
    }

    fn tag(&self) -> Vec<u8> {
        self.tag.clone()
    }

    fn expect_tag(&mut self, tag: &[u8]) {
        self.tag = tag.to_vec();
    }
}

pub fn install<'js>(native: &Object<'js>) -> Result<()> {
    let ctx = native.ctx().clone();
    let create = |ctx: Ctx<'js>,
                  mode: String,
                  key: Value<'js>,
                  iv: Value<'js>,
                  decrypts: bool,
                  tag_length: usize| {
        let Some(cipher) = create(&mode, &copied(&key), &copied(&iv), decrypts, tag_length) else {
            return Ok(None);
        };
        functions(&ctx, cipher).map(Some)
    };
    native.set("cipher", Function::new(ctx, create)?)
}

/// Returns `None` if the key or the initialization vector has a wrong length.
fn create(
    mode: &str,
    key: &[u8],
    iv: &[u8],
    decrypts: bool,
    tag_length: usize,
) -> Option<Box<dyn Cipher>> {
    let aes = Aes::new(key)?;
    let blocks = |aes, chain| Blocks { aes, chain, decrypts, pads: true, held: Vec::new() };
    Some(match mode {
        "ecb" if iv.is_empty() => Box::new(blocks(aes, None)),
        "cbc" => Box::new(blocks(aes, Some(iv.try_into().ok()?))),
        "ctr" => {
            let next = iv.try_into().ok()?;
            Box::new(Counter { aes, next, wide: true, stream: Vec::new() })
        }
        "gcm" if !iv.is_empty() => Box::new(Gcm::new(aes, iv, decrypts, tag_length)),
        _ => return None,
    })
}

fn functions<'js>(ctx: &Ctx<'js>, cipher: Box<dyn Cipher>) -> Result<Object<'js>> {
    let cipher = Rc::new(RefCell::new(cipher));
    let object = Object::new_proto(ctx.clone(), None)?;
    let own = Rc::clone(&cipher);
    let update = move |ctx: Ctx<'js>, data: Value<'js>| {
        ArrayBuffer::new(ctx, own.borrow_mut().update(&copied(&data)))
    };
    object.set("update", Function::new(ctx.clone(), update)?)?;
    let own = Rc::clone(&cipher);
    let finish = move |ctx: Ctx<'js>| {
        let last = own.borrow_mut().finish();
        last.map(|last| ArrayBuffer::new(ctx, last)).transpose()
    };
    object.set("finish", Function::new(ctx.clone(), finish)?)?;
    let own = Rc::clone(&cipher);
    let authenticate = move |data: Value<'js>| own.borrow_mut().authenticate(&copied(&data));
    object.set("authenticate", Function::new(ctx.clone(), authenticate)?)?;
    let own = Rc::clone(&cipher);
    let tag = move |ctx: Ctx<'js>| ArrayBuffer::new(ctx, own.borrow().tag());
    object.set("tag", Function::new(ctx.clone(), tag)?)?;
    let own = Rc::clone(&cipher);
    let expect = move |tag: Value<'js>| own.borrow_mut().expect_tag(&copied(&tag));
    object.set("expectTag", Function::new(ctx.clone(), expect)?)?;
    let set_padding = move |pads: bool| cipher.borrow_mut().set_padding(pads);
    object.set("setPadding", Function::new(ctx.clone(), set_padding)?)?;
    Ok(object)
}
