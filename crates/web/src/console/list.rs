//! A long list: what its address asks for, and the headings and links that ask for something else.

use console::{FoundPage, ListOrder, ListQuery};
use pages::console::{ColumnSort, Pager, SortDirection, Text};

use super::visit::Visit;

/// How many rows a page of a list has.
pub(super) const ROWS: usize = 50;

/// A column by which a list can be ordered.
#[derive(Clone, Copy)]
pub(super) struct SortColumn<C> {
    /// Its position in the table.
    pub(super) at: usize,
    /// Its word in addresses.
    pub(super) word: &'static str,
    pub(super) by: C,
    /// Whether its values are instants: then the first click brings the latest to the top.
    pub(super) is_time: bool,
}

/// What the address of a list asks for: `q`, `sort`, `order` and `page`.
pub(super) struct List<C: 'static> {
    base: String,
    search: String,
    columns: &'static [SortColumn<C>],
    usual: ListOrder<C>,
    order: ListOrder<C>,
    page: usize,
}

impl<C: Copy + PartialEq> List<C> {
    /// `usual` is the order of an address that names none. Words that are no column's are ignored.
    pub(super) fn asked(
        visit: &Visit,
        base: String,
        columns: &'static [SortColumn<C>],
        usual: ListOrder<C>,
    ) -> Self {
        let word = visit.query.get("sort");
        let order = columns.iter().find(|it| it.word == word).map(|it| ListOrder {
            by: it.by,
            is_descending: match visit.query.get("order") {
                "asc" => false,
                "desc" => true,
                _ => it.is_time,
            },
        });
        let page = visit.query.get("page").parse().unwrap_or(1);
        let search = visit.query.get("q").to_owned();
        Self { base, search, columns, usual, order: order.unwrap_or(usual), page }
    }

    pub(super) fn query(&self) -> ListQuery<'_, C> {
        ListQuery { search: &self.search, order: self.order, page: self.page, most: ROWS }
    }

    pub(super) const fn is_searched(&self) -> bool {
        !self.search.is_empty()
    }

    /// What an order adds to an address; nothing for the usual one.
    fn order_fields(&self, order: ListOrder<C>) -> Vec<(String, String)> {
        let column = self.columns.iter().find(|it| it.by == order.by).filter(|_| order != self.usual);
        let word = if order.is_descending { "desc" } else { "asc" };
        let fields = |it: &SortColumn<C>| {
            [("sort", it.word), ("order", word)].map(|(a, b)| (a.into(), b.into())).to_vec()
        };
        column.map(fields).unwrap_or_default()
    }

    fn href(&self, search: &str, order: ListOrder<C>, page: usize) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if !search.is_empty() {
            query.append_pair("q", search);
        }
        query.extend_pairs(self.order_fields(order));
        if page > 1 {
            query.append_pair("page", &page.to_string());
        }
        let query = query.finish();
        if query.is_empty() { self.base.clone() } else { format!("{}?{query}", self.base) }
    }

    /// The headings that are links. A click on the column of the present order turns it round.
    pub(super) fn sorts(&self) -> Vec<ColumnSort> {
        let sort = |it: &SortColumn<C>| {
            let is_here = it.by == self.order.by;
            let is_descending = if is_here { !self.order.is_descending } else { it.is_time };
            let direction = match (is_here, self.order.is_descending) {
                (false, _) => None,
                (true, false) => Some(SortDirection::Ascending),
                (true, true) => Some(SortDirection::Descending),
            };
            ColumnSort {
                column: it.at,
                href: self.href(&self.search, ListOrder { by: it.by, is_descending }, 1),
                direction,
            }
        };
        self.columns.iter().map(sort).collect()
    }

    /// Search, count and pages; `None` for a list that has nothing at all. `count` is the key of a sentence with `count`.
    pub(super) fn pager<T>(&self, found: &FoundPage<T>, count: &'static str) -> Option<Pager> {
        let all = found.count.to_string();
        let (first, last) = (found.before + 1, found.before + found.rows.len());
        let number = found.before / ROWS + 1;
        let count = if found.rows.len() == found.count {
            Text::with(count, "count", all)
        } else {
            let part = vec![("first", first.to_string()), ("last", last.to_string()), ("count", all)];
            Text::With("console-list-part", part)
        };
        let pager = Pager {
            action: self.base.clone(),
            search: self.search.clone(),
            hidden: self.order_fields(self.order),
            count,
            whole_href: Some(self.href("", self.order, 1)),
            newer_href: (number > 1).then(|| self.href(&self.search, self.order, number - 1)),
            older_href: found.has_next().then(|| self.href(&self.search, self.order, number + 1)),
            ..Pager::default()
        };
        (self.is_searched() || found.count > 0).then_some(pager)
    }
}
