//! AES in the modes CBC, CTR, GCM and KW.

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::consts::U16;
use aes::cipher::{
    BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, BlockSizeUser, KeyInit, KeyIvInit,
    StreamCipher,
};
use aes_kw::AesKw;
use ctr::{Ctr32BE, Ctr128BE};
use ghash::GHash;
use ghash::universal_hash::UniversalHash;
use p256::elliptic_curve::subtle::ConstantTimeEq;
use rquickjs::{Function, Object, Result};

use super::Bytes;
use super::keys::{Held, with_secret};

const BLOCK: usize = 16;

/// Evaluates an expression with a type that is the cipher for a key of this length.
macro_rules! with_aes {
    ($key:expr, $Aes:ident => $value:expr) => {
        match $key.len() {
            16 => {
                type $Aes = aes::Aes128;
                $value
            }
            24 => {
                type $Aes = aes::Aes192;
                $value
            }
            32 => {
                type $Aes = aes::Aes256;
                $value
            }
            _ => None,
        }
    };
}

pub fn install(subtle: &Object<'_>) -> Result<()> {
    let ctx = subtle.ctx().clone();
    subtle.set("aesCbc", Function::new(ctx.clone(), cbc)?)?;
    subtle.set("aesCtr", Function::new(ctx.clone(), ctr)?)?;
    let encrypt = |key: Held<'_>, iv: Bytes, extra: Bytes, tag: usize, Bytes(text): Bytes| {
        with_secret(&key, |key| {
            with_aes!(key, A => gcm_encrypt::<A>(key, &iv.0, &extra.0, tag, text)).map(Bytes)
        })
    };
    subtle.set("aesGcmEncrypt", Function::new(ctx.clone(), encrypt)?)?;
    let decrypt = |key: Held<'_>, iv: Bytes, extra: Bytes, tag: usize, Bytes(text): Bytes| {
        with_secret(&key, |key| {
            with_aes!(key, A => gcm_decrypt::<A>(key, &iv.0, &extra.0, tag, text)).map(Bytes)
        })
    };
    subtle.set("aesGcmDecrypt", Function::new(ctx.clone(), decrypt)?)?;
    subtle.set("aesKw", Function::new(ctx, kw)?)
}

fn cbc(key: Held<'_>, encrypts: bool, Bytes(iv): Bytes, Bytes(data): Bytes) -> Option<Bytes> {
    with_secret(&key, |key| {
        with_aes!(key, A => if encrypts {
            let mode = cbc::Encryptor::<A>::new_from_slices(key, &iv).ok()?;
            Some(Bytes(mode.encrypt_padded_vec::<Pkcs7>(&data)))
        } else {
            let mode = cbc::Decryptor::<A>::new_from_slices(key, &iv).ok()?;
            mode.decrypt_padded_vec::<Pkcs7>(&data).ok().map(Bytes)
        })
    })
}

/// Encrypts or decrypts with the last `bits` bits of a block as a counter, which may wrap once.
fn ctr(key: Held<'_>, Bytes(block): Bytes, bits: u32, Bytes(mut data): Bytes) -> Option<Bytes> {
    let block = u128::from_be_bytes(block.try_into().ok()?);
    let last = u128::MAX.checked_shr(128_u32.checked_sub(bits)?)?;
    let blocks = data.len().div_ceil(BLOCK) as u128;
    if blocks > last.saturating_add(1) {
        return None;
    }
    let until_wrap = (last - (block & last)).saturating_add(1).min(blocks);
    let split = usize::try_from(until_wrap).ok()?.saturating_mul(BLOCK).min(data.len());
    with_secret(&key, |key| {
        with_aes!(key, A => {
            let (before, after) = data.split_at_mut(split);
            for (block, part) in [(block, before), (block & !last, after)] {
                let mut mode = Ctr128BE::<A>::new_from_slices(key, &block.to_be_bytes()).ok()?;
                mode.try_apply_keystream(part).ok()?;
            }
            Some(Bytes(data))
        })
    })
}

/// GCM for an initialization vector of any length, which the crate for it does not have.
struct Gcm<A: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16>> {
    stream: Ctr32BE<A>,
    hash: GHash,
    /// The mask of the tag.
    mask: [u8; BLOCK],
}

impl<A: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + KeyInit> Gcm<A> {
    fn new(key: &[u8], iv: &[u8], extra: &[u8]) -> Option<Self> {
        let mut zero = ghash::Block::default();
        A::new_from_slice(key).ok()?.encrypt_block(&mut zero);
        let mut hash = GHash::new(&zero);
        let first = if iv.len() == 12 {
            let mut first = ghash::Block::default();
            first[..12].copy_from_slice(iv);
            first[15] = 1;
            first
        } else {
            let mut hash = hash.clone();
            hash.update_padded(iv);
            hash.update(&[lengths(0, iv.len())]);
            hash.finalize()
        };
        let mut stream = Ctr32BE::<A>::new_from_slices(key, &first).ok()?;
        let mut mask = [0; BLOCK];
        stream.try_apply_keystream(&mut mask).ok()?;
        hash.update_padded(extra);
        Some(Self { stream, hash, mask })
    }

    /// Returns the tag of an encrypted text.
    fn tag(&self, extra: usize, text: &[u8]) -> [u8; BLOCK] {
        let mut hash = self.hash.clone();
        hash.update_padded(text);
        hash.update(&[lengths(extra, text.len())]);
        let mut tag = self.mask;
        tag.iter_mut().zip(hash.finalize()).for_each(|(byte, hash)| *byte ^= hash);
        tag
    }
}

/// Returns the block that ends the input of GHASH: two lengths, in bits.
fn lengths(first: usize, second: usize) -> ghash::Block {
    let bits = |length: usize| (length as u64).wrapping_mul(8).to_be_bytes();
    let mut block = ghash::Block::default();
    block[..8].copy_from_slice(&bits(first));
    block[8..].copy_from_slice(&bits(second));
    block
}

/// Encrypts and appends the first `tag_len` bytes of the tag.
fn gcm_encrypt<A>(
    key: &[u8],
    iv: &[u8],
    extra: &[u8],
    tag_len: usize,
    mut text: Vec<u8>,
) -> Option<Vec<u8>>
where
    A: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + KeyInit,
{
    let mut gcm = Gcm::<A>::new(key, iv, extra)?;
    gcm.stream.try_apply_keystream(&mut text).ok()?;
    let tag = gcm.tag(extra.len(), &text);
    text.extend_from_slice(tag.get(..tag_len)?);
    Some(text)
}

/// Decrypts a text that ends with a tag of `tag_len` bytes. `None` if the tag is wrong.
fn gcm_decrypt<A>(
    key: &[u8],
    iv: &[u8],
    extra: &[u8],
    tag_len: usize,
    mut text: Vec<u8>,
) -> Option<Vec<u8>>
where
    A: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + KeyInit,
{
    let given = text.split_off(text.len().checked_sub(tag_len)?);
    let mut gcm = Gcm::<A>::new(key, iv, extra)?;
    let tag = gcm.tag(extra.len(), &text);
    if !bool::from(tag.get(..tag_len)?.ct_eq(&given)) {
        return None;
    }
    gcm.stream.try_apply_keystream(&mut text).ok()?;
    Some(text)
}

/// Wraps or unwraps a key of at least two blocks of 8 bytes.
fn kw(key: Held<'_>, wraps: bool, Bytes(data): Bytes) -> Option<Bytes> {
    let least = if wraps { 16 } else { 24 };
    if data.len() < least || data.len() % 8 != 0 {
        return None;
    }
    with_secret(&key, |key| {
        with_aes!(key, A => {
            let mode = AesKw::<A>::new_from_slice(key).ok()?;
            let mut buffer = vec![0; data.len() + 8];
            let done = if wraps {
                mode.wrap_key(&data, &mut buffer)
            } else {
                mode.unwrap_key(&data, &mut buffer)
            };
            done.ok().map(|done| Bytes(done.to_vec()))
        })
    })
}
