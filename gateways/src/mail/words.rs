//! What each letter says.

use amazoff_actors::mail::Letter;

/// The words of a letter. None of them comes from a person.
pub(super) struct Words {
    pub(super) subject: &'static str,
    /// What is said before the link.
    pub(super) before: &'static [&'static str],
    /// What the link does, as its button says it.
    pub(super) button: &'static str,
    /// What is said after it.
    pub(super) after: &'static [&'static str],
}

const NOT_YOU: &str = "If that was not you, take another password now, with the link \"Forgot your password?\" on the log-in \
                       page, and write to us.";

/// The words of a letter.
pub(super) fn of(letter: Letter) -> Words {
    match letter {
        Letter::VerifyEmail => VERIFY_EMAIL,
        Letter::ResetPassword => RESET_PASSWORD,
        Letter::ConfirmEmailChange => CONFIRM_EMAIL_CHANGE,
        Letter::EmailChangeAsked => EMAIL_CHANGE_ASKED,
        Letter::EmailChanged => EMAIL_CHANGED,
        Letter::PasswordChanged => PASSWORD_CHANGED,
        Letter::PasswordReset => PASSWORD_RESET,
        Letter::AccountErased => ACCOUNT_ERASED,
        Letter::SessionStolen => SESSION_STOLEN,
    }
}

const VERIFY_EMAIL: Words = Words {
    subject: "Is this your e-mail address?",
    before: &["Somebody made an account with this address. If it was you, please say so."],
    button: "Yes, this is my address",
    after: &["The link is good for one day. If it was not you, do nothing."],
};

const RESET_PASSWORD: Words = Words {
    subject: "Take another password",
    before: &["Somebody, you we hope, cannot remember the password of your account."],
    button: "Take another password",
    after: &[
        "The link is good for half an hour and works once. If it was not you, do nothing: your password stays.",
    ],
};

const CONFIRM_EMAIL_CHANGE: Words = Words {
    subject: "Use this e-mail address?",
    before: &["You want to use this e-mail address for your account."],
    button: "Yes, use this address",
    after: &["The link is good for one day. If it was not you, do nothing."],
};

const EMAIL_CHANGE_ASKED: Words = Words {
    subject: "Your account is to have another e-mail address",
    before: &[
        "Somebody who knows your password wants to use another e-mail address for your account.",
        "Nothing changes until the other address is confirmed.",
        NOT_YOU,
    ],
    button: "",
    after: &[],
};

const EMAIL_CHANGED: Words = Words {
    subject: "Your account has another e-mail address",
    before: &["The e-mail address of your account was changed and confirmed.", NOT_YOU],
    button: "",
    after: &[],
};

const PASSWORD_CHANGED: Words = Words {
    subject: "Your password was changed",
    before: &["The password of your account was changed. All other devices are logged out.", NOT_YOU],
    button: "",
    after: &[],
};

const PASSWORD_RESET: Words = Words {
    subject: "Your password was replaced",
    before: &[
        "The password of your account was replaced with a link from a mail to this address.",
        "All devices are logged out, and keys of programs are withdrawn.",
        NOT_YOU,
    ],
    button: "",
    after: &[],
};

const ACCOUNT_ERASED: Words = Words {
    subject: "Your account is being erased",
    before: &[
        "Your account is being erased, and you are logged out everywhere. This is the last mail that we send to it.",
        "Orders of which nothing was packed are given up, and their money goes back to you.",
        "If that was not you, write to us: it cannot be taken back, but we want to know.",
    ],
    button: "",
    after: &[],
};

const SESSION_STOLEN: Words = Words {
    subject: "A device was logged out",
    before: &[
        "Somebody showed a login that a device of yours had used up before. It may have been copied, so that \
         login was ended.",
        NOT_YOU,
    ],
    button: "",
    after: &[],
};
