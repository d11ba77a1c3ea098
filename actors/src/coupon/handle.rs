//! The way to coupons.

use std::sync::Arc;

use amazoff_supervisor::{Answer, AskError, Committed, Directory, Envelope, ReadError};

use super::{Command, Coupon, CouponView, Issue, Redeem, Rejection, normalise};
use crate::ids::{CouponId, OrderId};

/// All codes. Cheap to clone.
#[derive(Clone)]
pub struct Coupons {
    directory: Directory<Coupon>,
}

/// The coupon after the command, or why nothing came of it.
type Answered = Result<Answer<CouponView>, AskError<Rejection>>;

impl Coupons {
    /// Coupons over their directory.
    pub fn new(directory: Directory<Coupon>) -> Self {
        Self { directory }
    }

    /// Makes a code valid, however it is written.
    ///
    /// # Errors
    /// `coupon-invalid`, `coupon-exists` with other terms, `coupon-withdrawn`.
    pub async fn issue(&self, new: Issue, envelope: Envelope) -> Answered {
        let code = normalise(&new.code);
        let id = CouponId::of_code(&code);
        self.directory.execute(id.uuid(), Command::Issue(Issue { code, ..new }), envelope).await
    }

    /// Takes a code back.
    ///
    /// # Errors
    /// `coupon-unknown`.
    pub async fn withdraw(&self, code: &str, envelope: Envelope) -> Answered {
        self.execute(code, Command::Withdraw, envelope).await
    }

    /// Uses a code up for an order. For its checkout, before anything is paid.
    ///
    /// # Errors
    /// `coupon-unknown`, `coupon-expired`, `coupon-withdrawn`, `coupon-exhausted`, `coupon-used-by-customer`,
    /// `redemption-released` when the attempt gave it back already.
    pub async fn redeem(&self, code: &str, redeem: Redeem, envelope: Envelope) -> Answered {
        self.execute(code, Command::Redeem(redeem), envelope).await
    }

    /// Gives back what an attempt of an order redeemed, also before that has arrived. For its checkout.
    ///
    /// # Errors
    /// `redemption-confirmed`, `coupon-unknown`.
    pub async fn release(&self, code: &str, order: OrderId, attempt: u32, envelope: Envelope) -> Answered {
        self.execute(code, Command::Release { order, attempt }, envelope).await
    }

    /// Makes an order's use final. For its checkout, once the money is there.
    ///
    /// # Errors
    /// `redemption-unknown`, `redemption-released`, `coupon-unknown`.
    pub async fn confirm(&self, code: &str, order: OrderId, envelope: Envelope) -> Answered {
        self.execute(code, Command::Confirm { order }, envelope).await
    }

    /// A code as last committed, however it is written; `None` when the shop does not know it.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn look_up(&self, code: &str) -> Result<Option<CouponView>, ReadError> {
        let coupon = self.get(code).await?;
        Ok(coupon
            .and_then(|coupon| coupon.state.terms.as_ref().map(|terms| CouponView::of(terms, &coupon.state))))
    }

    /// The coupon of a code as last committed, with everybody who uses it.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn get(&self, code: &str) -> Result<Option<Arc<Committed<Coupon>>>, ReadError> {
        self.directory.read(CouponId::of_code(code).uuid()).await
    }

    async fn execute(&self, code: &str, command: Command, envelope: Envelope) -> Answered {
        self.directory.execute(CouponId::of_code(code).uuid(), command, envelope).await
    }
}
