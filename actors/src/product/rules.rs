//! What follows from each command.

use amazoff_supervisor::{Context, Entity as _};

use super::validation::{self, FORMER_SLUGS_MAX};
use super::{Command, Create, Event, Product, Rejection, Revision, Sheet, Status, Variant, VariantChange};
use crate::ids::VariantId;

impl Product {
    /// What happens; nothing when it is so already.
    pub(super) fn follow(&self, command: &Command, context: &Context) -> Result<Vec<Event>, Rejection> {
        match (self.status, command) {
            (_, Command::Create(new)) => self.create(new, context),
            (_, Command::Put(sheet)) => self.put(sheet, context),
            (Status::Absent, _) => Err(Rejection::ProductNotFound),
            (_, Command::IfVersion { version, command }) if *version == self.version => {
                self.follow(command, context)
            }
            (_, Command::IfVersion { .. }) => Err(Rejection::ProductChanged { version: self.version }),
            (Status::Draft, Command::Publish) => Ok(vec![Event::Published]),
            (Status::Active, Command::Publish) | (Status::Archived, Command::Archive) => Ok(Vec::new()),
            (Status::Draft | Status::Active, Command::Archive) => Ok(vec![Event::Archived]),
            (Status::Draft | Status::Active, _) => self.change(command),
            (
                Status::Archived,
                Command::Publish
                | Command::ChangePrice { .. }
                | Command::SetPrices { .. }
                | Command::SetTaxClass { .. }
                | Command::SetWeight { .. }
                | Command::Revise(_)
                | Command::AddVariant(_)
                | Command::ReviseVariant { .. }
                | Command::RetireVariant { .. },
            ) => Err(Rejection::ProductArchived),
        }
    }

    fn create(&self, new: &Create, context: &Context) -> Result<Vec<Event>, Rejection> {
        if self.status != Status::Absent {
            return if self.slug == new.slug { Ok(Vec::new()) } else { Err(Rejection::ProductExists) };
        }
        validation::check(new)?;
        Ok(vec![Event::Created { product: new.clone(), at: context.now, skus_claimed: true }])
    }

    /// What follows from a change of what may still be changed.
    fn change(&self, command: &Command) -> Result<Vec<Event>, Rejection> {
        let nothing = VariantChange::default();
        let (variant, change) = match command {
            Command::Revise(revision) => return self.revise(revision),
            Command::AddVariant(variant) => return self.add(variant),
            Command::RetireVariant { variant } => return self.retire(*variant),
            Command::ReviseVariant { variant, change } => (*variant, change.clone()),
            Command::ChangePrice { variant, price } => {
                (*variant, VariantChange { price: Some(*price), ..nothing })
            }
            Command::SetPrices { variant, prices } => {
                (*variant, VariantChange { prices: Some(prices.clone()), ..nothing })
            }
            Command::SetTaxClass { variant, tax_class } => {
                (*variant, VariantChange { tax_class: Some(tax_class.clone()), ..nothing })
            }
            Command::SetWeight { variant, weight_g } => {
                (*variant, VariantChange { weight_g: Some(*weight_g), ..nothing })
            }
            Command::Create(_)
            | Command::Put(_)
            | Command::IfVersion { .. }
            | Command::Publish
            | Command::Archive => return Ok(Vec::new()),
        };
        self.revise_variant(variant, change)
    }

    fn revise(&self, change: &Revision) -> Result<Vec<Event>, Rejection> {
        let Revision { slug, title, description, category, brand, media } = change.clone();
        let mut events = Vec::new();
        let next = Self {
            slug: slug.unwrap_or_else(|| self.slug.clone()),
            title: title.unwrap_or_else(|| self.title.clone()),
            description: description.unwrap_or_else(|| self.description.clone()),
            category: category.unwrap_or_else(|| self.category.clone()),
            brand: brand.unwrap_or_else(|| self.brand.clone()),
            media: media.unwrap_or_else(|| self.media.clone()),
            ..Self::default()
        };
        validation::check_words((&next.slug, &next.category), (&next.title, &next.brand), &next.description)?;
        validation::check_pictures(&next.media)?;
        if next.slug != self.slug {
            let is_new = !self.former_slugs.contains(&next.slug);
            if is_new && self.former_slugs.len() >= FORMER_SLUGS_MAX {
                return Err(Rejection::invalid("slug", "it has had 50 names already"));
            }
            events.push(Event::SlugChanged { slug: next.slug });
        }
        let (title, description, category, brand) = (next.title, next.description, next.category, next.brand);
        if (&title, &description, &category, &brand)
            != (&self.title, &self.description, &self.category, &self.brand)
        {
            events.push(Event::Described { title, description, category, brand });
        }
        if next.media != self.media {
            events.push(Event::MediaSet { media: next.media });
        }
        Ok(events)
    }

    fn add(&self, new: &Variant) -> Result<Vec<Event>, Rejection> {
        if let Some(known) = self.variant(new.id) {
            let same = known == new;
            return if same { Ok(Vec::new()) } else { Err(Rejection::VariantIntroduced) };
        }
        if self.variants.iter().any(|variant| variant.sku == new.sku) {
            return Err(Rejection::SkuTaken);
        }
        let all: Vec<_> = self.variants.iter().chain([new]).cloned().collect();
        validation::check_variants(&all)?;
        Ok(vec![Event::VariantAdded { variant: new.clone() }])
    }

    fn revise_variant(&self, id: VariantId, change: VariantChange) -> Result<Vec<Event>, Rejection> {
        let known = self.variant(id).ok_or(Rejection::VariantNotFound)?;
        let VariantChange { sku, options, price, prices, tax_class, weight_g } = change;
        let next = Variant {
            id,
            sku: sku.unwrap_or_else(|| known.sku.clone()),
            options: options.unwrap_or_else(|| known.options.clone()),
            price: price.unwrap_or(known.price),
            prices: prices.unwrap_or_else(|| known.prices.clone()),
            tax_class: tax_class.unwrap_or_else(|| known.tax_class.clone()),
            weight_g: weight_g.unwrap_or(known.weight_g),
        };
        validation::check_variant(&next)?;
        if self.variants.iter().any(|variant| variant.id != id && variant.sku == next.sku) {
            return Err(Rejection::SkuTaken);
        }
        let mut events = Vec::new();
        if (&next.sku, &next.options) != (&known.sku, &known.options) {
            events.push(Event::VariantDescribed { variant: id, sku: next.sku, options: next.options });
        }
        if next.price != known.price {
            events.push(Event::PriceChanged { variant: id, price: next.price });
        }
        if next.prices != known.prices {
            events.push(Event::PricesSet { variant: id, prices: next.prices });
        }
        if next.tax_class != known.tax_class {
            events.push(Event::TaxClassSet { variant: id, tax_class: next.tax_class });
        }
        if next.weight_g != known.weight_g {
            events.push(Event::WeightSet { variant: id, weight_g: next.weight_g });
        }
        Ok(events)
    }

    /// PROD-5.
    fn retire(&self, id: VariantId) -> Result<Vec<Event>, Rejection> {
        self.variant(id).ok_or(Rejection::VariantNotFound)?;
        if self.retired.contains(&id) {
            return Ok(Vec::new());
        }
        if self.offered().all(|variant| variant.id == id) {
            return Err(Rejection::VariantLast);
        }
        Ok(vec![Event::VariantRetired { variant: id }])
    }

    /// The way to what a sheet says; all of it or nothing.
    fn put(&self, sheet: &Sheet, context: &Context) -> Result<Vec<Event>, Rejection> {
        let came_back = sheet.product.variants.iter().map(|variant| variant.id);
        if came_back.filter(|id| self.retired.contains(id)).any(|id| !sheet.retired.contains(&id)) {
            return Err(Rejection::invalid("retired", "a variant that was retired does not come back"));
        }
        if self.status == Status::Archived {
            let open = Self { status: Status::Active, ..self.clone() };
            let same =
                sheet.status == Status::Archived && open.walked(&open.steps(sheet), context)?.is_empty();
            return if same { Ok(Vec::new()) } else { Err(Rejection::ProductArchived) };
        }
        let mut steps = self.steps(sheet);
        match (self.status, sheet.status) {
            (Status::Absent | Status::Draft, Status::Draft) | (Status::Active, Status::Active) => {}
            (Status::Absent | Status::Draft, Status::Active) => steps.push(Command::Publish),
            (_, Status::Archived) => steps.push(Command::Archive),
            (Status::Active, Status::Draft) => {
                return Err(Rejection::invalid("status", "what was on sale can only be archived"));
            }
            (Status::Archived, Status::Draft | Status::Active) | (_, Status::Absent) => {
                return Err(Rejection::invalid("status", "it must be draft, active or archived"));
            }
        }
        self.walked(&steps, context)
    }

    /// The commands that lead to the content of a sheet.
    fn steps(&self, sheet: &Sheet) -> Vec<Command> {
        let new = &sheet.product;
        let mut steps = Vec::new();
        if self.status == Status::Absent {
            steps.push(Command::Create(new.clone()));
        } else {
            steps.push(Command::Revise(Revision::from(new)));
            steps.extend(new.variants.iter().map(|variant| match self.variant(variant.id) {
                Some(_) => Command::ReviseVariant { variant: variant.id, change: variant.into() },
                None => Command::AddVariant(variant.clone()),
            }));
        }
        steps.extend(sheet.retired.iter().map(|variant| Command::RetireVariant { variant: *variant }));
        steps
    }

    fn walked(&self, steps: &[Command], context: &Context) -> Result<Vec<Event>, Rejection> {
        let (mut now, mut events) = (self.clone(), Vec::new());
        for step in steps {
            let more = now.follow(step, context)?;
            now = now.after(&more);
            events.extend(more);
        }
        Ok(events)
    }
}
