//! Form fields: label, what was typed, what is wrong with it.

use std::borrow::Cow;

/// One field of a form.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// The name it is sent under, also its id.
    pub name: &'static str,
    /// What it asks for.
    pub label: &'static str,
    /// The input's type.
    pub kind: &'static str,
    /// What the browser may fill in.
    pub autocomplete: &'static str,
    /// A word of help.
    pub hint: &'static str,
    /// Whether it may stay empty.
    pub required: bool,
    /// The longest accepted text.
    pub length_max: u16,
    /// What was typed.
    pub value: String,
    /// What is wrong with it.
    pub error: Option<String>,
    /// The choices of a list; empty for a plain input.
    pub choices: Vec<(&'static str, Cow<'static, str>)>,
}

impl Field {
    /// A required line of text.
    pub(crate) fn text(name: &'static str, label: &'static str, autocomplete: &'static str) -> Self {
        Self {
            name,
            label,
            kind: "text",
            autocomplete,
            hint: "",
            required: true,
            length_max: 120,
            value: String::new(),
            error: None,
            choices: Vec::new(),
        }
    }
    /// A required e-mail address.
    pub(crate) fn email(name: &'static str, label: &'static str, autocomplete: &'static str) -> Self {
        Self { kind: "email", length_max: 254, ..Self::text(name, label, autocomplete) }
    }
    /// A required password.
    pub(crate) fn password(name: &'static str, label: &'static str, autocomplete: &'static str) -> Self {
        Self { kind: "password", length_max: 1024, ..Self::text(name, label, autocomplete) }
    }
    /// A required choice from a list.
    pub(crate) fn choice(
        name: &'static str,
        label: &'static str,
        autocomplete: &'static str,
        choices: impl IntoIterator<Item = (&'static str, impl Into<Cow<'static, str>>)>,
    ) -> Self {
        let choices = choices.into_iter().map(|(code, name)| (code, name.into())).collect();
        Self { choices, ..Self::text(name, label, autocomplete) }
    }
    /// The same field, which may stay empty.
    #[must_use]
    pub(crate) fn optional(mut self) -> Self {
        self.required = false;
        self
    }
    /// The same field with a word of help.
    #[must_use]
    pub(crate) fn hinting(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }
    /// The same field with what was typed.
    #[must_use]
    pub(crate) fn filled(mut self, value: &str) -> Self {
        value.clone_into(&mut self.value);
        self
    }
    /// The ids of the texts that describe the input, for `aria-describedby`.
    pub(crate) fn described_by(&self) -> String {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        let error = self.error.is_some().then(|| format!("{}-error", self.name));
        hint.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }
}

/// The fields of `fields` that something is wrong with.
pub(crate) fn faulty(fields: &[Field]) -> impl Iterator<Item = (&Field, &str)> {
    fields.iter().filter_map(|field| field.error.as_deref().map(|error| (field, error)))
}

/// Puts a message on the field called `name`; gives it back when there is no such field.
pub(crate) fn blame(fields: &mut [Field], name: &str, message: &str) -> Result<(), String> {
    match fields.iter_mut().find(|field| field.name == name) {
        Some(field) => {
            field.error = Some(message.to_owned());
            Ok(())
        }
        None => Err(message.to_owned()),
    }
}

/// Blames every required field that was left empty and every text that is too long; says whether all are fine.
pub(crate) fn complete(fields: &mut [Field]) -> bool {
    for field in fields.iter_mut() {
        if field.required && field.value.trim().is_empty() {
            field.error = Some(format!("{} is missing.", field.label));
        } else if field.value.chars().count() > usize::from(field.length_max) {
            field.error = Some(format!("{} is longer than {} characters.", field.label, field.length_max));
        } else if !field.choices.is_empty() && !field.choices.iter().any(|(code, _)| *code == field.value) {
            field.error =
                Some(format!("Choose one of the listed values for {}.", field.label.to_lowercase()));
        }
    }
    fields.iter().all(|field| field.error.is_none())
}

#[cfg(test)]
mod tests {
    use super::{Field, blame, complete};

    #[test]
    fn an_empty_required_field_is_blamed_and_an_optional_one_is_not() {
        let mut fields =
            [Field::text("name", "Name", "name").filled("  "), Field::text("more", "More", "off").optional()];
        assert!(!complete(&mut fields));
        assert_eq!(fields[0].error.as_deref(), Some("Name is missing."));
        assert_eq!(fields[1].error, None);
    }

    #[test]
    fn a_choice_outside_the_list_is_blamed() {
        let mut fields = [Field::choice("country", "Country", "country", [("DE", "Germany")]).filled("XX")];
        assert!(!complete(&mut fields));
    }

    #[test]
    fn a_message_for_an_unknown_field_comes_back() {
        assert_eq!(blame(&mut [], "name", "no"), Err("no".to_owned()));
    }

    #[test]
    fn hint_and_error_both_describe_the_input() {
        let mut field = Field::text("name", "Name", "name").hinting("as on the door");
        field.error = Some("Name is missing.".to_owned());
        assert_eq!(field.described_by(), "name-hint name-error");
    }
}
