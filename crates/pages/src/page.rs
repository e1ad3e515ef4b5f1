//! How a view becomes a document.

use texts::{Locale, say};

use crate::Logo;
use crate::assets::{
    BROWSER_SAMPLE, CONSOLE_SCRIPT, CONSOLE_STYLE, FONT, FORM_POST, MARK, POST_MESSAGE, STYLE,
};

/// A page: values that render to one whole HTML document.
pub trait Page {
    /// Renders the document (UTF-8, starts with `<!doctype html>`) in a language.
    fn html(&self, locale: Locale) -> String;
}

/// Gives a view its template.
macro_rules! page {
    ($view:ident, $path:tt) => {
        const _: () = {
            #[derive(askama::Template)]
            #[template(path = $path)]
            struct Html<'a> {
                v: &'a $view,
                t: $crate::page::Speaker,
            }

            impl $crate::page::Page for $view {
                fn html(&self, locale: texts::Locale) -> String {
                    let html = Html { v: self, t: $crate::page::Speaker::new(locale) };
                    // Writing into a string cannot fail, and no template has a failing filter.
                    askama::Template::render(&html).unwrap_or_default()
                }
            }
        };
    };
}
pub(crate) use page;

/// What a template speaks through: sentences in its language, addresses of our own files.
#[derive(Clone, Copy)]
pub(crate) struct Speaker {
    locale: Locale,
}

impl Speaker {
    pub(crate) const fn new(locale: Locale) -> Self {
        Self { locale }
    }

    pub(crate) const fn locale(self) -> Locale {
        self.locale
    }

    pub(crate) const fn lang(self) -> &'static str {
        self.locale.as_str()
    }

    pub(crate) fn is(self, locale: &Locale) -> bool {
        self.locale == *locale
    }

    pub(crate) fn say(self, key: impl AsRef<str>) -> String {
        say(self.locale, key.as_ref(), &[])
    }

    pub(crate) fn with(self, key: impl AsRef<str>, name: &str, value: impl AsRef<str>) -> String {
        say(self.locale, key.as_ref(), &[(name, value.as_ref())])
    }

    /// A trace id as it can be read out: twice five digits, and the rest, which is copied with them.
    pub(crate) fn trace(self, id: &str) -> (String, String, String) {
        let part = |from: usize, to: usize| id.get(from..to.min(id.len())).unwrap_or_default().to_owned();
        (part(0, 5), part(5, 10), part(10, id.len()))
    }

    /// What an eID's own button says.
    pub(crate) fn button(self, name: &str) -> String {
        say(self.locale, &format!("button-{name}"), &[])
    }

    /// The application's name, or the word that stands in for it.
    pub(crate) fn application(self, name: &Option<String>) -> String {
        name.clone().unwrap_or_else(|| self.say("the-application"))
    }

    /// The word for test or production.
    pub(crate) fn environment(self, environment: &str) -> String {
        self.say(if environment == "production" {
            "console-environment-production"
        } else {
            "console-environment-test"
        })
    }

    /// The name of a language, in that language.
    pub(crate) fn name_of(self, locale: &Locale) -> String {
        say(*locale, "language-name", &[])
    }

    /// `YYYY-MM-DD` as people here write it in a list, 17.05.2014; anything else as it came.
    pub(crate) fn date(self, iso: impl AsRef<str>) -> String {
        let iso = iso.as_ref();
        let parts: Vec<&str> = iso.split('-').collect();
        match parts.as_slice() {
            [year, month, day] => format!("{day}.{month}.{year}"),
            _ => iso.to_owned(),
        }
    }

    /// A Norwegian number of eight digits as `+47 22 00 00 00`; another one as it came.
    pub(crate) fn phone(self, number: impl AsRef<str>) -> String {
        let number = number.as_ref();
        match number.strip_prefix("+47").filter(|it| it.len() == 8) {
            Some(own) => {
                let pairs: Vec<&str> = (0..4).filter_map(|at| own.get(2 * at..2 * at + 2)).collect();
                format!("+47\u{a0}{}", pairs.join("\u{a0}"))
            }
            None => number.to_owned(),
        }
    }

    /// Eleven digits as 6 + 5, with a hard space between; anything else as it came.
    pub(crate) fn number(self, number: impl AsRef<str>) -> String {
        let number = number.as_ref();
        match number.split_at_checked(6) {
            Some((birth, rest)) if number.len() == 11 => format!("{birth}\u{a0}{rest}"),
            _ => number.to_owned(),
        }
    }

    /// The size of a logo in CSS pixels: at most 48 high, and half of what it has.
    pub(crate) fn logo_size(self, logo: &Logo) -> (u32, u32) {
        let (width, height) = (logo.width.div_ceil(2), logo.height.div_ceil(2));
        let most = 48;
        if height <= most { (width, height) } else { ((width * most / height).max(1), most) }
    }

    /// The size of a picture in CSS pixels: half of what it has.
    pub(crate) const fn picture_size(self, picture: &Logo) -> (u32, u32) {
        (picture.width.div_ceil(2), picture.height.div_ceil(2))
    }

    pub(crate) const fn style(self) -> &'static str {
        STYLE
    }

    pub(crate) const fn console_style(self) -> &'static str {
        CONSOLE_STYLE
    }

    pub(crate) const fn console_script(self) -> &'static str {
        CONSOLE_SCRIPT
    }

    pub(crate) const fn font(self) -> &'static str {
        FONT
    }

    pub(crate) const fn mark(self) -> &'static str {
        MARK
    }

    pub(crate) const fn form_post_script(self) -> &'static str {
        FORM_POST
    }

    pub(crate) const fn post_message_script(self) -> &'static str {
        POST_MESSAGE
    }

    pub(crate) const fn browser_sample_script(self) -> &'static str {
        BROWSER_SAMPLE
    }
}
