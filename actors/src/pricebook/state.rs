//! The pricebook itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Area, Bracket, Measure, Promotion, ShippingMethod, ShippingZone, TaxRegion};
use crate::ids::PromotionId;
use crate::money::{Currency, Money};
use crate::pricing::{Destination, Rate, Rounding, TaxClass};

/// When money is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CapturePolicy {
    /// All of it as soon as the order is placed.
    #[default]
    OnPlacement,
    /// Shipment by shipment.
    OnShipment,
}

/// Every definition of prices beside the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pricebook {
    /// How often it was changed.
    pub version: u64,
    /// In which the shop sells, the default first. At least one.
    pub currencies: Vec<Currency>,
    /// How amounts are rounded.
    pub rounding: Rounding,
    /// When money is taken.
    pub capture: CapturePolicy,
    /// The id of the region that counts without a destination, and for one that no region names.
    pub default_region: String,
    /// Tax, by id.
    pub regions: BTreeMap<String, TaxRegion>,
    /// Ways to send, by id.
    pub shipping: BTreeMap<String, ShippingMethod>,
    /// What makes things cheaper.
    pub promotions: BTreeMap<PromotionId, Promotion>,
}

/// The id of the region and of the method that are there before anybody changed anything.
const FIRST_REGION: &str = "everywhere";
const FIRST_METHOD: &str = "standard";
/// What sending costs at first, in euro cents, and from which value on it is free.
const FIRST_SHIPPING: i64 = 490;
const FIRST_FREE_FROM: u64 = 5000;

impl Default for Pricebook {
    /// Euros, 19 % tax in every price wherever it goes, shipping for €4.90 and free from €50, money taken at once.
    fn default() -> Self {
        let region = TaxRegion {
            id: FIRST_REGION.to_owned(),
            title: "Everywhere".to_owned(),
            areas: vec![Area::EVERYWHERE],
            prices_include_tax: true,
            rates: BTreeMap::from([(TaxClass::standard(), Rate::percent(19))]),
        };
        let method = ShippingMethod {
            id: FIRST_METHOD.to_owned(),
            title: "Standard".to_owned(),
            tax_class: TaxClass::standard(),
            zones: vec![ShippingZone {
                areas: vec![Area::EVERYWHERE],
                by: Measure::Price,
                brackets: vec![
                    Bracket { from: 0, price: Money::eur(FIRST_SHIPPING) },
                    Bracket { from: FIRST_FREE_FROM, price: Money::eur(0) },
                ],
                weight_max_g: None,
            }],
        };
        Self {
            version: 0,
            currencies: vec![Currency::EUR],
            rounding: Rounding::HalfUp,
            capture: CapturePolicy::OnPlacement,
            default_region: region.id.clone(),
            regions: BTreeMap::from([(region.id.clone(), region)]),
            shipping: BTreeMap::from([(method.id.clone(), method)]),
            promotions: BTreeMap::new(),
        }
    }
}

impl Pricebook {
    /// The currency in which prices are shown to who did not choose one.
    pub fn default_currency(&self) -> Currency {
        self.currencies.first().copied().unwrap_or(Currency::EUR)
    }

    /// Where things go as long as nobody says: the first country of the default region, if that has one.
    pub fn assumed_destination(&self) -> Option<Destination> {
        let region = self.regions.get(&self.default_region)?;
        let area = region.areas.iter().find(|area| area.country.is_some())?;
        let (country, subdivision) = (area.country.clone()?, area.subdivision.clone());
        Some(Destination { country, subdivision, postal_code: None })
    }

    /// Whether something is sent to a country, or to a part of it, and taxed by no more than that and the postal code there:
    /// whoever names only these has said enough.
    pub fn is_sold_to(&self, country: &str, subdivision: Option<&str>) -> bool {
        let of_it = |area: &Area| area.country.as_deref() == Some(country);
        let names_it = |area: &Area| {
            let country = area.country.is_none() || of_it(area);
            country && (area.subdivision.is_none() || area.subdivision.as_deref() == subdivision)
        };
        let mut zones = self.shipping.values().flat_map(|method| &method.zones);
        let mut taxed = self.regions.values().flat_map(|region| &region.areas);
        let asks_for_more = |area: &Area| of_it(area) && area.subdivision.is_some();
        zones.any(|zone| zone.areas.iter().any(names_it))
            && (subdivision.is_some() || !taxed.any(asks_for_more))
    }

    /// The region of a destination: the one that names it most exactly, the first by id among equals. The default region
    /// when none names it, or there is no destination.
    pub fn region(&self, destination: Option<&Destination>) -> Option<&TaxRegion> {
        let named = destination.and_then(|destination| {
            let exactly = |region: &TaxRegion| super::place::exactness(&region.areas, destination);
            let best = self.regions.values().filter_map(exactly).max()?;
            self.regions.values().find(|region| exactly(region) == Some(best))
        });
        named.or_else(|| self.regions.get(&self.default_region))
    }
}
