//! The little Markdown that our own pages on errors are written in: headings, paragraphs, lists, code, and inline code,
//! emphasis and links. Anything else is shown as it stands; nothing is ever passed through as HTML.

/// A block of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// A heading and its level, 1 to 6.
    Heading(usize, Vec<Span>),
    /// A paragraph.
    Paragraph(Vec<Span>),
    /// A list.
    List(Vec<Vec<Span>>),
    /// Code, as it stands.
    Code(String),
}

/// A run of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    /// As it stands.
    Text(String),
    /// Code.
    Code(String),
    /// Emphasised.
    Strong(String),
    /// A link: text and target, which is always a path of this site or https.
    Link(String, String),
}

/// Reads a text into blocks.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let line = line.trim_end();
        if line.trim().is_empty() {
            continue;
        }
        if line.starts_with("```") {
            let code: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
            blocks.push(Block::Code(code.join("\n")));
        } else if let Some((level, title)) = heading(line) {
            blocks.push(Block::Heading(level, spans(title)));
        } else if let Some(first) = item(line) {
            let mut items = vec![first.to_owned()];
            while let Some(next) = lines.next_if(|next| !next.trim().is_empty() && heading(next).is_none()) {
                match (item(next), items.last_mut()) {
                    (None, Some(last)) => extend(last, next),
                    (fresh, _) => items.push(fresh.unwrap_or(next).to_owned()),
                }
            }
            blocks.push(Block::List(items.iter().map(|item| spans(item)).collect()));
        } else {
            let mut paragraph = line.trim().to_owned();
            while let Some(next) = lines.next_if(|next| !starts_block(next)) {
                extend(&mut paragraph, next);
            }
            blocks.push(Block::Paragraph(spans(&paragraph)));
        }
    }
    blocks
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    let title = line.get(level..)?.strip_prefix(' ')?;
    (1..=6).contains(&level).then_some((level, title.trim()))
}

fn item(line: &str) -> Option<&str> {
    let line = line.trim_start();
    line.strip_prefix("- ").or_else(|| line.strip_prefix("* "))
}

fn starts_block(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with("```") || heading(line).is_some() || item(line).is_some()
}

fn extend(text: &mut String, line: &str) {
    text.push(' ');
    text.push_str(line.trim());
}

fn spans(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some((span, after)) = marked(rest) {
            if !plain.is_empty() {
                spans.push(Span::Text(std::mem::take(&mut plain)));
            }
            spans.push(span);
            rest = after;
        } else {
            plain.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    if !plain.is_empty() {
        spans.push(Span::Text(plain));
    }
    spans
}

/// The marked span at the start of a text, and what follows it.
fn marked(text: &str) -> Option<(Span, &str)> {
    if let Some((code, after)) = text.strip_prefix('`').and_then(|rest| rest.split_once('`')) {
        return Some((Span::Code(code.to_owned()), after));
    }
    if let Some((strong, after)) = text.strip_prefix("**").and_then(|rest| rest.split_once("**")) {
        return Some((Span::Strong(strong.to_owned()), after));
    }
    let (label, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (target, after) = rest.split_once(')')?;
    let local = target.starts_with('/') && !target.starts_with("//");
    (local || target.starts_with("https://"))
        .then(|| (Span::Link(label.to_owned(), target.to_owned()), after))
}

#[cfg(test)]
mod tests {
    use super::{Block, Span, blocks};

    fn text(text: &str) -> Span {
        Span::Text(text.to_owned())
    }

    #[test]
    fn headings_paragraphs_lists_and_code_are_told_apart() {
        let read = blocks(
            "# Cart locked\n\nThe cart is\nbeing paid.\n\n- wait\n  a little\n- ask again\n\n```\nGET /\n```\n",
        );
        assert_eq!(
            read,
            [
                Block::Heading(1, vec![text("Cart locked")]),
                Block::Paragraph(vec![text("The cart is being paid.")]),
                Block::List(vec![vec![text("wait a little")], vec![text("ask again")]]),
                Block::Code("GET /".to_owned()),
            ]
        );
    }

    #[test]
    fn inline_marks_become_spans() {
        assert_eq!(
            blocks("See `code`, **this** and [that](/problems/x)."),
            [Block::Paragraph(vec![
                text("See "),
                Span::Code("code".to_owned()),
                text(", "),
                Span::Strong("this".to_owned()),
                text(" and "),
                Span::Link("that".to_owned(), "/problems/x".to_owned()),
                text("."),
            ])]
        );
    }

    #[test]
    fn a_link_to_a_script_stays_text() {
        let read = blocks("[x](javascript:alert(1)) [y](//evil.example)");
        assert_eq!(read, [Block::Paragraph(vec![text("[x](javascript:alert(1)) [y](//evil.example)")])]);
    }

    #[test]
    fn an_unclosed_mark_stays_text() {
        assert_eq!(blocks("a ` b ** c ["), [Block::Paragraph(vec![text("a ` b ** c [")])]);
    }
}
