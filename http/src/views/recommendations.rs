//! What is recommended, as the API shows it.

use amazoff_actors::recommendation::{Reason, Recommended};
use serde::Serialize;
use utoipa::ToSchema;

use super::catalogue::CardBody;

/// A product that is recommended.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Recommendation)]
pub struct RecommendationBody {
    /// The product, as in lists.
    #[serde(flatten)]
    pub card: CardBody,
    /// Why it is recommended.
    pub reason: ReasonBody,
}

/// Why something is recommended.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RecommendationReason)]
pub enum ReasonBody {
    /// It was bought together with what was asked about.
    BoughtTogether,
    /// It sells well in the same category.
    PopularInCategory,
    /// It sells well.
    Popular,
}

/// Recommendations.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecommendationList {
    /// The best first; fewer than were asked for when there are no more.
    pub items: Vec<RecommendationBody>,
}

impl From<Recommended> for RecommendationBody {
    fn from(Recommended { card, reason }: Recommended) -> Self {
        let reason = match reason {
            Reason::BoughtTogether => ReasonBody::BoughtTogether,
            Reason::PopularInCategory => ReasonBody::PopularInCategory,
            Reason::Popular => ReasonBody::Popular,
        };
        Self { card: card.into(), reason }
    }
}

impl FromIterator<Recommended> for RecommendationList {
    fn from_iter<T: IntoIterator<Item = Recommended>>(picked: T) -> Self {
        Self { items: picked.into_iter().map(RecommendationBody::from).collect() }
    }
}
