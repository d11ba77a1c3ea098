//! What of a bench is to be measured.

/// Whether the arguments that are no options name a figure, or nothing.
pub(crate) fn is_asked_for(figure: &str) -> bool {
    let mut asked = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).peekable();
    asked.peek().is_none() || asked.any(|part| figure.contains(&part))
}
