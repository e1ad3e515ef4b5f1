//! Long lists: searched, put in order, and shown page by page.

use std::ops::Range;

/// The order of a list. `C` is the closed set of columns that a list can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListOrder<C> {
    /// The column.
    pub by: C,
    /// From the last to the first.
    pub is_descending: bool,
}

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug)]
pub struct ListQuery<'a, C, F> {
    /// What a row's names contain, without regard to case; empty for all.
    pub search: &'a str,
    /// Which rows there are at all.
    pub filter: F,
    /// The order of the rows. Rows that are equal in it stand in the order in which they were made, or in its reverse.
    pub order: ListOrder<C>,
    /// Which page, from 1 on. A page after the last is the last.
    pub page: usize,
    /// How many rows a page has.
    pub most: usize,
}

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundPage<T> {
    /// The rows of the page.
    pub rows: Vec<T>,
    /// How many rows there are on all pages.
    pub count: usize,
    /// How many rows are on the pages before.
    pub before: usize,
}

impl<T> FoundPage<T> {
    /// Says whether there is a page after this one.
    pub const fn has_next(&self) -> bool {
        self.before + self.rows.len() < self.count
    }
}

/// Says whether one of a row's names contains what is searched for. `wanted` is in lower case.
pub(crate) fn is_found(wanted: &str, names: &[&str]) -> bool {
    wanted.is_empty() || names.iter().any(|it| it.to_lowercase().contains(wanted))
}

/// Says whether a value is the one that is asked for, if one is.
pub(crate) fn is_asked<T: PartialEq>(wanted: Option<T>, value: T) -> bool {
    wanted.is_none_or(|wanted| wanted == value)
}

impl<C, F> ListQuery<'_, C, F> {
    /// The rows of the page, of so many.
    fn range(&self, count: usize) -> Range<usize> {
        let most = self.most.max(1);
        let last = count.saturating_sub(1) / most;
        let begin = self.page.saturating_sub(1).min(last) * most;
        begin..count.min(begin + most)
    }

    /// Cuts the page out of rows that are in the order in which they were made. `key` gives what a row is ordered by; `None`
    /// for every row: by when it was made.
    pub fn cut<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> Option<String>) -> FoundPage<T> {
        rows.sort_by_cached_key(|it| key(it).map(|name| sort_key(&name)));
        if self.order.is_descending {
            rows.reverse();
        }
        let (count, range) = (rows.len(), self.range(rows.len()));
        let before = range.start;
        FoundPage { rows: rows.drain(range).collect(), count, before }
    }
}

/// What a name is ordered by: without regard to case, and with the Norwegian letters where the alphabet has them.
fn sort_key(name: &str) -> String {
    let place = |letter: char| match letter {
        'æ' | 'ä' => '\u{7b}',
        'ø' | 'ö' => '\u{7c}',
        'å' => '\u{7d}',
        other => other,
    };
    name.to_lowercase().chars().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::{FoundPage, ListOrder, ListQuery};

    fn page(page: usize, is_descending: bool) -> FoundPage<&'static str> {
        let query =
            ListQuery { search: "", filter: (), order: ListOrder { by: (), is_descending }, page, most: 2 };
        query.cut(vec!["Ås", "bergen", "Ærfugl", "Alta", "Øre"], |it| Some((*it).to_owned()))
    }

    #[test]
    fn names_stand_in_the_order_of_the_norwegian_alphabet() {
        let all: Vec<_> = (1..=3).flat_map(|it| page(it, false).rows).collect();

        assert_eq!(all, ["Alta", "bergen", "Ærfugl", "Øre", "Ås"]);
        assert_eq!(page(1, true).rows, ["Ås", "Øre"]);
    }

    #[test]
    fn a_page_knows_how_many_rows_stand_before_it_and_one_after_the_last_is_the_last() {
        let (second, beyond) = (page(2, false), page(900, false));

        assert_eq!((second.before, second.count, second.has_next()), (2, 5, true));
        assert_eq!((beyond.before, beyond.rows.as_slice(), beyond.has_next()), (4, ["Ås"].as_slice(), false));
        let query = ListQuery { search: "", filter: (), order: second_order(), page: 0, most: 0 };
        assert_eq!(query.cut(Vec::<u8>::new(), |_| None), FoundPage::default());
    }

    const fn second_order() -> ListOrder<()> {
        ListOrder { by: (), is_descending: false }
    }
}
