use std::sync::{Arc, Mutex};

use amazoff_actors::mail::{Content, Letter, LetterLine, MailError, Mailer, Message, OrderLetter};
use amazoff_actors::money::Money;
use amazoff_actors::order::{NewsKind, Tracking};
use amazoff_supervisor::{Timestamp, spawn_guarded};
use secrecy::SecretString;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

use super::compose::compose;
use super::*;

const LETTERS: [Letter; 9] = [
    Letter::VerifyEmail,
    Letter::ResetPassword,
    Letter::EmailChangeAsked,
    Letter::ConfirmEmailChange,
    Letter::EmailChanged,
    Letter::PasswordChanged,
    Letter::PasswordReset,
    Letter::SessionStolen,
    Letter::AccountErased,
];

fn from() -> Sender {
    "Amazoff <shop@example.org>".parse().unwrap()
}

fn message(letter: Letter) -> Message {
    Message {
        id: Uuid::from_u128(7),
        person: Uuid::from_u128(8),
        to: "ann@example.org".to_owned(),
        name: "Ann".to_owned(),
        content: Content::Account(letter),
        unsubscribe: None,
        link: Some("https://shop.example/confirm-email?token=ml_1.v.2.ab".to_owned()),
        at: Timestamp::from_unix_ms(1_767_268_800_000),
    }
}

fn text(message: &Message) -> String {
    String::from_utf8(compose(&from(), message).unwrap().formatted()).unwrap()
}

/// The head of a mail, as lines without their continuations.
fn head(mail: &str) -> Vec<&str> {
    mail.split("\r\n\r\n").next().unwrap().split("\r\n").filter(|line| !line.starts_with(' ')).collect()
}

#[test]
fn a_letter_is_the_same_mail_every_time() {
    let (one, two) = (text(&message(Letter::VerifyEmail)), text(&message(Letter::VerifyEmail)));
    let stable = |mail: &str| -> Vec<String> {
        let named = ["Message-ID", "Date", "From", "To", "Subject"];
        let lines = head(mail).into_iter().filter(|line| named.iter().any(|name| line.starts_with(name)));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(stable(&one), stable(&two));
    assert_eq!(stable(&one).len(), 5, "{one}");
    assert!(one.contains("Message-ID: <00000000000000000000000000000007@example.org>\r\n"), "{one}");
    assert!(one.contains("Date: Thu, 01 Jan 2026 12:00:00"), "{one}");
}

#[test]
fn every_letter_has_a_text_and_a_page_and_only_some_have_a_link() {
    for letter in LETTERS {
        let with = text(&message(letter));
        assert!(with.contains("text/plain") && with.contains("text/html"), "{letter:?}");
        let without = text(&Message { link: None, ..message(letter) });
        assert!(!without.contains("confirm-email"), "{letter:?}");
    }
}

fn about_order(kind: NewsKind) -> Message {
    let tracking = Tracking {
        carrier: "Parcel <b>Post</b>".to_owned(),
        number: "PP1".to_owned(),
        url: Some("https://post.example/PP1".to_owned()),
    };
    let lines = vec![LetterLine { title: "Tea & pot\r\nBcc: all@example.org".to_owned(), quantity: 2 }];
    let letter = OrderLetter {
        kind,
        number: "AZ-0123456789".to_owned(),
        lines,
        amount: Some(Money::eur(2489)),
        tracking: Some(tracking),
    };
    Message {
        content: Content::Order(Box::new(letter)),
        link: Some("https://shop.example/orders/ord_1".to_owned()),
        unsubscribe: Some("https://shop.example/v1/unsubscribe/un_1.x.ab".to_owned()),
        ..message(Letter::VerifyEmail)
    }
}

/// A mail without the line ends that only its transport needs.
fn unfolded(mail: &str) -> String {
    mail.replace("=\r\n", "").replace("=3D", "=").replace("\r\n ", " ")
}

#[test]
fn a_letter_about_an_order_says_what_happened_in_both_forms() {
    let mut subjects = std::collections::BTreeSet::new();
    for kind in NewsKind::ALL {
        let mail = unfolded(&text(&about_order(kind)));
        assert!(mail.contains("text/plain") && mail.contains("text/html"), "{kind:?}");
        assert!(mail.matches("https://shop.example/orders/ord_1").count() >= 2, "{mail}");
        let subject = mail.lines().find(|line| line.starts_with("Subject: ")).unwrap().to_owned();
        assert!(subject.contains("AZ-0123456789"), "{subject}");
        assert!(subjects.insert(subject), "{kind:?} is told like another one");
    }
    let sent = unfolded(&text(&about_order(NewsKind::Shipped)));
    assert!(sent.contains("https://post.example/PP1") && sent.contains("number PP1"), "{sent}");
}

#[test]
fn titles_and_carriers_become_neither_header_nor_markup() {
    for kind in NewsKind::ALL {
        let mail = text(&about_order(kind));
        assert!(!mail.contains("\nBcc"), "{mail}");
        assert!(!mail.split("text/html").nth(1).unwrap().contains("<b>"), "{mail}");
    }
    let url = Some("javascript:alert(1)".to_owned());
    let odd = Tracking { carrier: "x".to_owned(), number: "y".to_owned(), url };
    let mut message = about_order(NewsKind::Shipped);
    let Content::Order(letter) = &mut message.content else { panic!("it is about an order") };
    letter.tracking = Some(odd);
    assert!(!text(&message).contains("javascript"));
}

#[test]
fn only_letters_that_need_not_be_read_can_be_declined_with_one_request() {
    let mail = unfolded(&text(&about_order(NewsKind::Placed)));
    assert!(mail.contains("List-Unsubscribe: <https://shop.example/v1/unsubscribe/un_1.x.ab>\r\n"), "{mail}");
    assert!(mail.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{mail}");
    assert!(!text(&message(Letter::PasswordChanged)).contains("List-Unsubscribe"));
}

#[test]
fn nothing_that_a_person_writes_becomes_a_header_or_markup() {
    let names = [
        "Ann\r\nBcc: all@example.org",
        "Ann\nBcc: all@example.org",
        "Ann\r\n\r\nBuy this",
        "\"Ann\" <evil@example.org>, \"Eve\"",
        "<script>alert(1)</script>",
        "Zoë ☃",
    ];
    for name in names {
        let mail = text(&Message { name: name.to_owned(), ..message(Letter::PasswordChanged) });
        let clean = text(&message(Letter::PasswordChanged));
        assert_eq!(head(&mail).len(), head(&clean).len(), "{mail}");
        assert!(!head(&mail).iter().any(|line| line.starts_with("Bcc")), "{mail}");
        let mime = compose(&from(), &Message { name: name.to_owned(), ..message(Letter::PasswordChanged) });
        let to: Vec<String> = mime.unwrap().envelope().to().iter().map(ToString::to_string).collect();
        assert_eq!(to, ["ann@example.org"]);
        let page = mail.split("text/html").nth(1).unwrap();
        assert!(!page.contains("<script"), "{page}");
    }
    for to in ["ann@example.org\r\nBcc: all@example.org", "ann@example.org, all@example.org", "ann"] {
        let refused = compose(&from(), &Message { to: to.to_owned(), ..message(Letter::PasswordChanged) });
        assert!(matches!(refused, Err(MailError::Refused(_))), "{to}");
    }
    assert!("shop@example.org\r\nBcc: a@b".parse::<Sender>().is_err());
}

#[tokio::test]
async fn without_a_server_a_mail_is_a_file_and_a_repeat_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let mails = Folder::new(folder.path().join("mail"), from());
    for _ in 0..2 {
        mails.send(&message(Letter::VerifyEmail)).await.unwrap();
    }
    let files: Vec<_> =
        std::fs::read_dir(folder.path().join("mail")).unwrap().map(|file| file.unwrap()).collect();
    assert_eq!(files.len(), 1);
    let text = std::fs::read_to_string(files[0].path()).unwrap();
    assert!(text.contains("To: Ann <ann@example.org>"), "{text}");
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(files[0].metadata().unwrap().permissions().mode() & 0o077, 0, "it holds a link");
}

#[tokio::test]
async fn the_files_of_a_person_who_is_erased_are_removed_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let mails = Folder::new(folder.path().join("mail"), from());
    mails.forget(Uuid::from_u128(8)).await.unwrap(); // there is not even a folder
    let other =
        Message { id: Uuid::from_u128(9), person: Uuid::from_u128(10), ..message(Letter::VerifyEmail) };
    for message in [&message(Letter::VerifyEmail), &other] {
        mails.send(message).await.unwrap();
    }
    for _ in 0..2 {
        mails.forget(Uuid::from_u128(8)).await.unwrap();
    }
    let names: Vec<String> = std::fs::read_dir(folder.path().join("mail"))
        .unwrap()
        .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names, [format!("{}.{}.eml", Uuid::from_u128(10).simple(), Uuid::from_u128(9).simple())]);
}

/// A mail server that says what it is told to say to `RCPT TO`, and keeps what it is given.
struct Server {
    address: std::net::SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    taken: Vec<String>,
    /// Conversations at the same time: now, and at most.
    open: usize,
    most: usize,
}

impl Server {
    async fn saying(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::<Mutex<Seen>>::default();
        let kept = Arc::clone(&seen);
        spawn_guarded("mail server", async move {
            while let Ok((socket, _)) = listener.accept().await {
                let kept = Arc::clone(&kept);
                spawn_guarded("conversation", async move {
                    let _ = converse(socket, answer, &kept).await;
                });
            }
        });
        Self { address, seen }
    }

    fn client(&self) -> Smtp {
        Smtp::new(&SecretString::from(format!("smtp://{}", self.address)), from()).unwrap()
    }

    async fn send(&self) -> Result<(), MailError> {
        self.client().send(&message(Letter::VerifyEmail)).await
    }
}

async fn converse(socket: TcpStream, answer: &str, seen: &Mutex<Seen>) -> std::io::Result<()> {
    let (read, mut write) = socket.into_split();
    let mut lines = BufReader::new(read).lines();
    if answer == "hang up" {
        return Ok(());
    }
    write.write_all(b"220 here\r\n").await?;
    {
        let mut seen = seen.lock().unwrap();
        seen.open += 1;
        seen.most = seen.most.max(seen.open);
    }
    while let Some(line) = lines.next_line().await? {
        let said = match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => "250 hello",
            "RCPT" => answer,
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    mail.push_str(&line);
                    mail.push('\n');
                }
                seen.lock().unwrap().taken.push(mail);
                "250 taken"
            }
            "QUIT" => {
                seen.lock().unwrap().open -= 1;
                "221 bye"
            }
            _ => "250 yes",
        };
        write.write_all(format!("{said}\r\n").as_bytes()).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_server_gets_the_mail_under_the_same_id_each_time() {
    let server = Server::saying("250 yes").await;
    server.send().await.unwrap();
    server.send().await.unwrap();
    let taken = server.seen.lock().unwrap().taken.clone();
    assert_eq!(taken.len(), 2);
    for mail in taken {
        assert!(mail.contains("Message-ID: <00000000000000000000000000000007@example.org>"), "{mail}");
    }
}

#[tokio::test]
async fn a_burst_of_mails_takes_no_more_connections_than_a_server_bears() {
    let server = Server::saying("250 yes").await;
    let (client, mail) = (server.client(), message(Letter::VerifyEmail));
    let sent = futures::future::join_all((0..200).map(|_| client.send(&mail))).await;
    assert!(sent.iter().all(Result::is_ok), "{sent:?}");
    let seen = server.seen.lock().unwrap();
    assert_eq!(seen.taken.len(), 200);
    assert!((2..=32).contains(&seen.most), "{}", seen.most);
}

/// T-N2, at the wire: what passes is tried again, what does not is not.
#[tokio::test]
async fn a_refusal_for_now_is_for_later_and_one_for_good_is_final() {
    for passing in ["451 come back", "421 closing", "535 who are you", "hang up"] {
        let failed = Server::saying(passing).await.send().await;
        assert!(matches!(failed, Err(MailError::Later(_))), "{passing}: {failed:?}");
    }
    for last in ["550 ann@example.org is nobody", "552 full"] {
        let failed = Server::saying(last).await.send().await;
        let Err(MailError::Refused(reason)) = failed else { panic!("{last}: {failed:?}") };
        assert!(!reason.contains("ann"), "{reason}");
    }
    // Nobody listens there.
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let url = SecretString::from(format!("smtp://{gone}"));
    let failed = Smtp::new(&url, from()).unwrap().send(&message(Letter::VerifyEmail)).await;
    assert!(matches!(failed, Err(MailError::Later(_))), "{failed:?}");
}
