//! What of a bench is to be measured.

/// Whether the arguments that are no options name a figure, or nothing.
pub(crate) fn is_asked_for(figure: &str) -> bool {
    let mut asked = arguments().peekable();
    asked.peek().is_none() || asked.any(|part| figure.contains(&part))
}

/// Ends the bench with a message when an argument names none of the figures: else it would measure nothing and say nothing.
pub(crate) fn refuse_unknown(figures: &[String]) {
    let known = |part: &String| figures.iter().any(|figure| figure.contains(part.as_str()));
    if let Some(unknown) = arguments().find(|part| !known(part)) {
        eprintln!("no figure is called \"{unknown}\"; there are: {}", figures.join(", "));
        std::process::exit(2);
    }
}

fn arguments() -> impl Iterator<Item = String> {
    std::env::args().skip(1).filter(|argument| !argument.starts_with('-'))
}
