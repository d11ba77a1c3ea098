//! As much of MongoDB's wire protocol as one command needs: OP_MSG with a single document there and back.
//!
//! The driver itself is MongoDB's own and takes minutes to build, which the tests that need a server should not wait for.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use bson::{Bson, Document};

use crate::Error;

const OP_MSG: i32 = 2013;
const HEADER_BYTES: usize = 16;

/// Before the document: flag bits and the kind of the section.
const PREFIX_BYTES: usize = 5;

/// Longest reply that is read; MongoDB's own limit is 48 MB.
const REPLY_BYTES_MAX: usize = 48 << 20;

/// How long a server may take to accept, and to answer one command.
const ANSWER_MAX: Duration = Duration::from_secs(20);

/// Runs one command on the server at `address` (host and port), without authentication.
pub(crate) fn command(address: &str, database: &str, mut command: Document) -> Result<Document, Error> {
    let name = command.keys().next().cloned().unwrap_or_default();
    command.insert("$db", database);
    let body = command.to_vec().map_err(|error| reply_error(address, &error.to_string()))?;
    let reply = exchange(address, &body).map_err(|source| connection_error(address, source))?;
    let reply =
        Document::from_reader(reply.as_slice()).map_err(|error| reply_error(address, &error.to_string()))?;
    let fine = match reply.get("ok") {
        Some(Bson::Double(ok)) => *ok > 0.5,
        Some(Bson::Int32(ok)) => *ok == 1,
        _ => false,
    };
    if fine {
        return Ok(reply);
    }
    let reason = reply.get_str("errmsg").unwrap_or("no reason given").to_owned();
    Err(Error::Refused { command: name, reason })
}

fn exchange(address: &str, body: &[u8]) -> std::io::Result<Vec<u8>> {
    let invalid = |text: &str| std::io::Error::new(std::io::ErrorKind::InvalidData, text.to_owned());
    let target = address.to_socket_addrs()?.next().ok_or_else(|| invalid("the host has no address"))?;
    let mut stream = TcpStream::connect_timeout(&target, ANSWER_MAX)?;
    stream.set_read_timeout(Some(ANSWER_MAX))?;
    stream.set_write_timeout(Some(ANSWER_MAX))?;

    let length = i32::try_from(HEADER_BYTES + PREFIX_BYTES + body.len())
        .map_err(|error| invalid(&error.to_string()))?;
    let mut request = Vec::with_capacity(HEADER_BYTES + PREFIX_BYTES + body.len());
    for word in [length, 1, 0, OP_MSG, 0] {
        request.extend(word.to_le_bytes());
    }
    request.push(0);
    request.extend(body);
    stream.write_all(&request)?;

    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let length = usize::try_from(i32::from_le_bytes(length)).map_err(|error| invalid(&error.to_string()))?;
    let before_body = HEADER_BYTES + PREFIX_BYTES;
    if !(before_body..REPLY_BYTES_MAX).contains(&length) {
        return Err(invalid("the reply has an impossible length"));
    }
    let mut rest = vec![0; length - 4];
    stream.read_exact(&mut rest)?;
    Ok(rest.split_off(before_body - 4))
}

fn connection_error(address: &str, source: std::io::Error) -> Error {
    Error::Connection { address: address.to_owned(), source }
}

fn reply_error(address: &str, reason: &str) -> Error {
    Error::Reply { address: address.to_owned(), reason: reason.to_owned() }
}
