//! Times each operation of `programs.js` in Rust, and prints the medians in microseconds as JSON.

use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{Signature, SigningKey};
use sha2::{Digest, Sha256};

/// The bytes that the program has too.
fn data() -> Vec<u8> {
    (0..1_u32 << 20).map(|index| (index.wrapping_mul(2_654_435_761) >> 27) as u8).collect()
}

fn median(name: &str, runs: usize, mut run: impl FnMut()) -> String {
    run();
    let mut times: Vec<f64> = (0..runs)
        .map(|_| {
            let began = Instant::now();
            run();
            began.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    format!("\"{name}\":{:.2}", times[runs / 2])
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = data();
    let cipher = Aes256Gcm::new(&Key::<Aes256Gcm>::from([7; 32]));
    let nonce = Nonce::from([9; 12]);
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&data)?;
    let packed = packed.finish()?;
    let key = SigningKey::from_slice(&[5; 32])?;
    let signature: Signature = key.sign(&data[..1024]);
    let rows = [
        median("sha256", 21, || {
            black_box(Sha256::digest(&data));
        }),
        median("aesGcm", 21, || {
            black_box(cipher.encrypt(&nonce, &data[..]).is_ok());
        }),
        median("gzip", 11, || {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            let _ = black_box(encoder.write_all(&data));
            black_box(encoder.finish().is_ok());
        }),
        median("gunzip", 21, || {
            black_box(std::io::copy(&mut GzDecoder::new(&packed[..]), &mut std::io::sink()).is_ok());
        }),
        median("ecdsaSign", 51, || {
            black_box::<Signature>(key.sign(&data[..1024]));
        }),
        median("ecdsaVerify", 51, || {
            black_box(key.verifying_key().verify(&data[..1024], &signature).is_ok());
        }),
        median("rsaGenerate", 5, || {
            black_box(rsa::PrivateKey::new(&mut UnwrapErr(SysRng), 2048).is_ok());
        }),
        median("pbkdf2", 3, || {
            let mut key = [0; 32];
            pbkdf2::pbkdf2_hmac::<Sha256>(b"password", b"salt", 600_000, &mut key);
            black_box(key);
        }),
    ];
    println!("{{{}}}", rows.join(","));
    Ok(())
}
