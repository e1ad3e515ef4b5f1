//! Log records: one line an event, on standard error, so that standard output stays the caller's.

use std::fmt::{self, Write as _};

use model::Timestamp;
use serde_json::{Map, Value};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    filter::{LevelFilter, ParseError, Targets},
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    layer::SubscriberExt,
    registry::LookupSpan,
    util::SubscriberInitExt,
};

use crate::{
    clock,
    config::{Format, Level},
};

/// Chooses by module (`store=debug`); what is not named there logs at `level`, unless one stands alone (`warn`).
const CHOICE: &str = "PORTVAKT_LOG";

#[expect(clippy::disallowed_methods, reason = "cli reads the environment")]
fn chosen() -> Option<String> {
    std::env::var(CHOICE).ok()
}

/// Starts logging. `PORTVAKT_LOG` wins over `level`.
pub(crate) fn start(format: Format, level: Level) {
    let (filter, fault) = match filter(chosen().as_deref(), level) {
        Ok(filter) => (filter, None),
        Err(error) => (Targets::new().with_default(level_filter(level)), Some(error)),
    };
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .event_format(Line { format, now: clock::now });
    tracing_subscriber::registry().with(lines).with(filter).init();
    if let Some(error) = fault {
        tracing::warn!(%error, "{CHOICE} cannot be read and is ignored; write it like info,store=debug");
    }
}

fn filter(chosen: Option<&str>, level: Level) -> Result<Targets, ParseError> {
    let chosen = chosen.filter(|it| !it.is_empty()).map_or(Ok(Targets::new()), str::parse)?;
    Ok(match chosen.default_level() {
        Some(_) => chosen,
        None => chosen.with_default(level_filter(level)),
    })
}

const fn level_filter(level: Level) -> LevelFilter {
    match level {
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
    }
}

/// Writes an event as one line.
struct Line {
    format: Format,
    now: fn() -> Timestamp,
}

/// What an event says.
#[derive(Default)]
struct Said {
    message: String,
    fields: Map<String, Value>,
}

/// Says whether a character could break a line, or show a reader something else than what is there.
fn misleads(it: char) -> bool {
    it.is_control()
        || matches!(it, '\u{2028}' | '\u{2029}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{61c}')
}

/// A text in which nothing misleads: such characters are written as `\u{202e}`.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            _ if misleads(it) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(it));
            }
            _ => out.push(it),
        }
    }
    out
}

impl Said {
    fn keep(&mut self, field: &Field, value: Value) {
        match value {
            Value::String(text) if field.name() == "message" => self.message = plain(&text),
            Value::String(text) => drop(self.fields.insert(field.name().to_owned(), plain(&text).into())),
            other => drop(self.fields.insert(field.name().to_owned(), other)),
        }
    }
}

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.keep(field, format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.keep(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.keep(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.keep(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.keep(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.keep(field, value.into());
    }
}

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut said = Said::default();
        event.record(&mut said);
        let (at, level) = ((self.now)().to_iso_micros(), event.metadata().level());
        match self.format {
            Format::Json => {
                let mut record = Map::new();
                record.insert("time".to_owned(), at.into());
                record.insert("level".to_owned(), level.as_str().to_lowercase().into());
                record.insert("module".to_owned(), event.metadata().target().into());
                record.insert("message".to_owned(), said.message.into());
                // A field cannot replace what every record has.
                for (name, value) in said.fields {
                    record.entry(name).or_insert(value);
                }
                writeln!(writer, "{}", Value::Object(record))
            }
            Format::Text => {
                write!(writer, "{at} {level:<5} {}", said.message)?;
                for (name, value) in said.fields {
                    match value {
                        Value::String(text) if is_word(&text) => write!(writer, " {name}={text}")?,
                        other => write!(writer, " {name}={other}")?,
                    }
                }
                writeln!(writer)
            }
        }
    }
}

/// Says whether a value needs no quotes.
fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(|it: char| it.is_whitespace() || matches!(it, '"' | '=' | '\\'))
}

#[cfg(test)]
mod tests {
    use super::{Format, Level, Line};
    use model::Timestamp;
    use std::{
        io::Write,
        sync::{Arc, Mutex},
    };

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_the_environment_does_not_name_logs_at_the_configured_level() {
        let logs = |chosen, target| {
            let filter = super::filter(chosen, Level::Info).unwrap();
            [tracing::Level::WARN, tracing::Level::INFO, tracing::Level::DEBUG]
                .map(|level| filter.would_enable(target, &level))
        };
        assert_eq!(logs(None, "store"), [true, true, false]);
        assert_eq!(logs(Some(""), "store"), [true, true, false]);
        assert_eq!(logs(Some("store=debug"), "store::sqlite"), [true, true, true]);
        assert_eq!(logs(Some("store=debug"), "web"), [true, true, false]);
        assert_eq!(logs(Some("warn,store=debug"), "web"), [true, false, false]);
        assert!(super::filter(Some("store=loud"), Level::Info).is_err());
    }

    fn logged(format: Format, event: impl FnOnce()) -> String {
        let kept = Kept::default();
        let writer = kept.clone();
        let now = || Timestamp::from_micros(1_700_000_000_000_001);
        let subscriber = tracing_subscriber::fmt()
            .with_writer(move || writer.clone())
            .event_format(Line { format, now })
            .finish();
        tracing::subscriber::with_default(subscriber, event);
        let bytes = kept.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn rule_23_an_event_is_one_line_and_nothing_in_it_misleads() {
        let path = "/a\r\n2023-11-14 INFO forged\u{1b}[31m\u{202e}txt.\u{2028}\u{85}\u{200b}";
        let event = || tracing::warn!(path, debug = ?path, shown = %path, took_ms = 7, "a request {path}");
        for format in [Format::Text, Format::Json] {
            let line = logged(format, event);
            assert_eq!(line.matches('\n').count(), 1, "{line:?}");
            assert!(!line.trim_end().contains(super::misleads), "{line:?}");
            assert!(line.contains("u{202e}txt.") && line.contains("u{1b}[31m"), "{line:?}");
        }
    }

    #[test]
    fn a_record_has_its_time_level_message_and_fields() {
        let event = || tracing::info!(status = 200, path = "/a b", trace = "00ff", level = "fake", "request");
        let text = logged(Format::Text, event);
        assert_eq!(
            text,
            "2023-11-14T22:13:20.000001Z INFO  request level=fake path=\"/a b\" status=200 trace=00ff\n"
        );
        let json: serde_json::Value = serde_json::from_str(&logged(Format::Json, event)).unwrap();
        assert_eq!((&json["time"], &json["level"]), (&"2023-11-14T22:13:20.000001Z".into(), &"info".into()));
        assert_eq!(
            (&json["message"], &json["status"], &json["path"]),
            (&"request".into(), &200.into(), &"/a b".into())
        );
    }
}
