//! hyper alone. `server` answers "Hello World" on a free port; `client ADDRESS COUNT ROUNDS` prints
//! the median time of a request in microseconds, of rounds of sequential requests on one connection.

use std::convert::Infallible;
use std::error::Error;
use std::time::Instant;

use http_body_util::{BodyExt as _, Empty, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, client, server};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["server"] => serve().await,
        ["client", address, count, rounds] => {
            request(address, count.parse()?, rounds.parse()?).await
        }
        _ => Err("server, or client ADDRESS COUNT ROUNDS".into()),
    }
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            let hello = service_fn(|_: Request<Incoming>| async {
                let mut response = Response::new(Full::new(Bytes::from_static(b"Hello World")));
                let text = hyper::header::HeaderValue::from_static("text/plain;charset=UTF-8");
                response.headers_mut().insert(hyper::header::CONTENT_TYPE, text);
                Ok::<_, Infallible>(response)
            });
            // A client that leaves is no error here.
            let _ = server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), hello)
                .await;
        });
    }
}

async fn request(address: &str, count: u32, rounds: usize) -> Result<(), Box<dyn Error>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let mut times = Vec::new();
    for _ in 0..rounds {
        let began = Instant::now();
        for _ in 0..count {
            let request = Request::get("/").header("host", address).body(Empty::<Bytes>::new())?;
            sender.ready().await?;
            sender.send_request(request).await?.into_body().collect().await?;
        }
        times.push(began.elapsed() / count);
    }
    times.sort();
    println!("{:.2}", times.get(rounds / 2).map_or(f64::NAN, |time| time.as_secs_f64() * 1e6));
    Ok(())
}
