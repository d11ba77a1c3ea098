//! Test cards: what each stands for. The names and numbers are Stripe's own.

/// How a bank treats a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Card {
    /// Everything works.
    Fine,
    /// Everything works, but it can be captured once only.
    CapturedOnce,
    /// It is refused.
    Declined { code: &'static str, decline_code: Option<&'static str> },
    /// Its owner is asked first.
    Asks,
    /// Its owner is asked first, and it is refused all the same.
    AsksThenDeclines,
    /// Its owner takes the money back after a capture.
    Disputes,
    /// Refunds wait until the simulator is told how they end.
    RefundWaits,
}

fn declined(decline_code: &'static str) -> Card {
    Card::Declined { code: "card_declined", decline_code: Some(decline_code) }
}

fn refused(code: &'static str) -> Card {
    Card::Declined { code, decline_code: None }
}

impl Card {
    /// The card of a test payment method, or of a test card's number.
    pub(crate) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "pm_card_visa" | "pm_card_mastercard" | "pm_card_amex" | "4242424242424242" => Self::Fine,
            "pm_card_capturedOnce" => Self::CapturedOnce,
            "pm_card_chargeDeclined" | "pm_card_visa_chargeDeclined" | "4000000000000002" => {
                declined("generic_decline")
            }
            "pm_card_visa_chargeDeclinedInsufficientFunds"
            | "pm_card_chargeDeclinedInsufficientFunds"
            | "4000000000009995" => declined("insufficient_funds"),
            "pm_card_visa_chargeDeclinedLostCard" | "4000000000009987" => declined("lost_card"),
            "pm_card_visa_chargeDeclinedStolenCard" | "4000000000009979" => declined("stolen_card"),
            "pm_card_chargeDeclinedExpiredCard" | "4000000000000069" => refused("expired_card"),
            "pm_card_chargeDeclinedIncorrectCvc" | "4000000000000127" => refused("incorrect_cvc"),
            "pm_card_chargeDeclinedProcessingError" | "4000000000000119" => refused("processing_error"),
            "pm_card_authenticationRequired"
            | "pm_card_threeDSecure2Required"
            | "4000002500003155"
            | "4000000000003220" => Self::Asks,
            "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds" | "4000008260003178" => {
                Self::AsksThenDeclines
            }
            "pm_card_createDispute" | "4000000000000259" => Self::Disputes,
            "pm_card_pendingRefund" | "4000000000007726" => Self::RefundWaits,
            _ => return None,
        })
    }
}
