//! A long list: what its address asks for, and the headings and links that ask for something else.

use console::{FoundPage, ListOrder, ListQuery};
use pages::console::{ColumnSort, ConsoleField, FieldKind, FieldOption, Pager, SortDirection, Text};

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

/// Something by which a list can be filtered.
pub(super) struct ListFilter {
    /// Its word in addresses, and the key of its name.
    name: &'static str,
    label: &'static str,
    options: Vec<FieldOption>,
    /// The option that the address names; empty for all.
    chosen: String,
}

impl ListFilter {
    /// A word that is no option's is ignored.
    pub(super) fn asked(
        visit: &Visit,
        (name, label): (&'static str, &'static str),
        options: Vec<FieldOption>,
    ) -> Self {
        let word = visit.query.get(name);
        let is_known = options.iter().any(|it| it.value == word);
        let chosen = if is_known { word.to_owned() } else { String::new() };
        Self { name, label, options, chosen }
    }

    /// Those that are switched on, or those that are off.
    pub(super) fn switched(visit: &Visit) -> Self {
        let options = [("on", "console-state-on"), ("off", "console-state-off")];
        Self::asked(visit, ("state", "console-column-state"), words(&options))
    }

    fn field(&self) -> ConsoleField {
        let every = FieldOption::new("", Text::Key("console-filter-all"));
        let options = std::iter::once(every).chain(self.options.iter().cloned()).collect();
        ConsoleField::new(self.name, Text::Key(self.label), self.chosen.clone(), FieldKind::Select(options))
    }
}

/// Options with the keys of their names.
pub(super) fn words(all: &[(&'static str, &'static str)]) -> Vec<FieldOption> {
    all.iter().map(|(value, label)| FieldOption::new(*value, Text::Key(label))).collect()
}

/// What the address of a list asks for: `q`, `sort`, `order`, `page`, and the names of its filters.
pub(super) struct List<C: 'static> {
    base: String,
    search: String,
    filters: Vec<ListFilter>,
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
        Self { base, search, filters: Vec::new(), columns, usual, order: order.unwrap_or(usual), page }
    }

    /// The same list with filters.
    pub(super) fn filtered(self, filters: Vec<ListFilter>) -> Self {
        Self { filters, ..self }
    }

    /// What is chosen of a filter; `None` for all.
    pub(super) fn chosen(&self, name: &str) -> Option<&str> {
        let filter = self.filters.iter().find(|it| it.name == name)?;
        Some(filter.chosen.as_str()).filter(|it| !it.is_empty())
    }

    /// Whether those are chosen that are switched off, or those that are not.
    pub(super) fn is_disabled(&self) -> Option<bool> {
        self.chosen("state").map(|it| it == "off")
    }

    pub(super) fn query<F>(&self, filter: F) -> ListQuery<'_, C, F> {
        ListQuery { search: &self.search, filter, order: self.order, page: self.page, most: ROWS }
    }

    /// Whether something is left out of the list.
    pub(super) fn is_searched(&self) -> bool {
        !self.search.is_empty() || self.filters.iter().any(|it| !it.chosen.is_empty())
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

    fn href(&self, order: ListOrder<C>, page: usize) -> String {
        let chosen = self.filters.iter().map(|it| (it.name, it.chosen.as_str()));
        let asked = std::iter::once(("q", self.search.as_str())).chain(chosen);
        self.address(asked.filter(|(_, value)| !value.is_empty()), order, page)
    }

    fn address<'a>(
        &self,
        asked: impl Iterator<Item = (&'a str, &'a str)>,
        order: ListOrder<C>,
        page: usize,
    ) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(asked);
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
                href: self.href(ListOrder { by: it.by, is_descending }, 1),
                direction,
            }
        };
        self.columns.iter().map(sort).collect()
    }

    /// Search, filters, count and pages; `None` for a list that has nothing at all. `count` is the key of a sentence with `count`.
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
            filters: self.filters.iter().map(ListFilter::field).collect(),
            hidden: self.order_fields(self.order),
            count,
            whole_href: Some(self.address(std::iter::empty(), self.order, 1)),
            newer_href: (number > 1).then(|| self.href(self.order, number - 1)),
            older_href: found.has_next().then(|| self.href(self.order, number + 1)),
            ..Pager::default()
        };
        (self.is_searched() || found.count > 0).then_some(pager)
    }
}
