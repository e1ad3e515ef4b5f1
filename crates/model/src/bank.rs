//! The banks of Norway, so that somebody who orders picks theirs instead of typing it.
//!
//! Names and organisation numbers are facts. They were compiled from the list of institutions of
//! Informasjonsforvaltning/dsop-api-spesifikasjoner (`banker.csv`, 2024-09-16, Apache-2.0), without the companies that only
//! lease, finance, insure or pay pensions. Banks that have merged since are still here: whether a number is in use, and
//! under which name and address, is for Enhetsregisteret to say. A bank that is not here can be found by its number there.

use crate::{OrganisationNumber, person_name::folded};

/// A bank, as the list has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bank {
    /// Its organisation number.
    pub number: OrganisationNumber,
    /// The name that its customers know.
    pub name: &'static str,
}

/// Number and name of all of them.
pub fn banks_listed() -> Vec<(String, String)> {
    BANKS.iter().map(|it| (it.number.to_string(), it.name.to_owned())).collect()
}

const fn bank(number: u32, name: &'static str) -> Bank {
    Bank { number: OrganisationNumber::known(number), name }
}

/// The banks, by name.
pub const BANKS: &[Bank] = &[
    bank(937_903_502, "Aasen Sparebank"),
    bank(937_894_260, "Agder Sparebank"),
    bank(937_890_540, "Andebu Sparebank"),
    bank(937_894_082, "Arendal og Omegns Sparekasse"),
    bank(937_885_199, "Askim & Spydeberg Sparebank"),
    bank(937_885_644, "Aurskog Sparebank"),
    bank(916_573_154, "Bank Norwegian, filial av Nordax Bank AB"),
    bank(988_257_133, "Bank2 ASA"),
    bank(937_885_288, "Berg Sparebank"),
    bank(991_853_995, "Bien Sparebank ASA"),
    bank(937_893_833, "Birkenes Sparebank"),
    bank(937_902_085, "Bjugn Sparebank"),
    bank(837_886_252, "Blaker Sparebank"),
    bank(995_268_841, "Bluestep Bank AB, filial Oslo"),
    bank(914_864_445, "BN Bank"),
    bank(986_144_706, "BRAbank ASA"),
    bank(977_074_010, "Danske Bank"),
    bank(984_851_006, "DNB"),
    bank(937_891_601, "Drangedal og Tørdal Sparebank"),
    bank(937_884_494, "Eidsberg Sparebank"),
    bank(991_682_511, "Ekspress Bank"),
    bank(937_897_464, "Etne Sparebank"),
    bank(937_888_570, "Etnedal Sparebank"),
    bank(937_894_171, "Evje og Hornnes Sparebank"),
    bank(937_896_859, "Fana Sparebank"),
    bank(937_894_627, "Flekkefjord Sparebank"),
    bank(985_750_378, "Fornebu Sparebank (Oslofjord Sparebank)"),
    bank(937_904_673, "Gildeskål Sparebank"),
    bank(990_323_429, "Gjensidige Bank"),
    bank(937_903_146, "Grong Sparebank"),
    bank(937_886_705, "Grue Sparebank"),
    bank(837_902_622, "Haltdalen Sparebank"),
    bank(971_171_324, "Handelsbanken"),
    bank(837_895_502, "Haugesund Sparebank"),
    bank(937_903_235, "Hegra Sparebank"),
    bank(937_904_029, "Helgeland Sparebank"),
    bank(937_893_299, "Hjartdal og Gransherad Sparebank"),
    bank(937_885_822, "Høland og Setskog Sparebank"),
    bank(937_889_097, "Hønefoss Sparebank"),
    bank(816_914_582, "Instabank ASA"),
    bank(982_719_445, "JBF"),
    bank(937_895_976, "Jæren Sparebank"),
    bank(993_821_837, "KLP Banken AS"),
    bank(937_894_805, "Kvinesdal Sparebank"),
    bank(980_374_181, "Landkreditt Bank"),
    bank(937_890_729, "Larvikbanken - Din Personlige Sparebank"),
    bank(937_893_655, "Lillesands Sparebank"),
    bank(937_898_614, "Luster Sparebank"),
    bank(937_884_672, "Marker Sparebank"),
    bank(937_901_291, "Melhus Sparebank"),
    bank(998_997_801, "Morrow Bank ASA"),
    bank(916_012_683, "MyBank ASA"),
    bank(937_902_719, "Nidaros Sparebank"),
    bank(920_058_817, "Nordea Bank Abp, filial i Norge"),
    bank(911_986_884, "OBOS-banken"),
    bank(937_887_043, "Odal Sparebank"),
    bank(955_008_863, "Ofoten Sparebank"),
    bank(937_901_569, "Oppdalsbanken"),
    bank(947_278_770, "Orkla Sparebank"),
    bank(984_150_865, "Resurs Bank AB"),
    bank(937_900_953, "Rindal Sparebank"),
    bank(915_691_161, "Rogaland Sparebank"),
    bank(937_885_911, "Romerike Sparebank"),
    bank(937_900_775, "Romsdal Sparebank"),
    bank(956_548_888, "RørosBanken Røros Sparebank"),
    bank(915_287_700, "Sbanken"),
    bank(937_901_836, "Selbu Sparebank"),
    bank(937_891_245, "Skagerrak Sparebank"),
    bank(937_896_670, "Skudenes & Aakra Sparebank"),
    bank(837_889_812, "Skue Sparebank"),
    bank(837_897_912, "Sogn Sparebank"),
    bank(937_902_263, "Soknedal Sparebank"),
    bank(944_521_836, "SpareBank 1 BV"),
    bank(937_888_104, "SpareBank 1 Gudbrandsdal"),
    bank(937_889_631, "SpareBank 1 Hallingdal og Valdres"),
    bank(937_888_015, "SpareBank 1 Lom og Skjåk"),
    bank(937_889_186, "SpareBank 1 Modum"),
    bank(952_706_365, "SpareBank 1 Nord-Norge"),
    bank(937_899_408, "SpareBank 1 Nordvest"),
    bank(937_889_275, "SpareBank 1 Ringerike Hadeland"),
    bank(937_901_003, "SpareBank 1 SMN"),
    bank(937_895_321, "SpareBank 1 SR-Bank ASA"),
    bank(937_891_334, "SpareBank 1 Telemark"),
    bank(837_884_942, "SpareBank 1 Østfold Akershus"),
    bank(920_426_530, "SpareBank 1 Østlandet"),
    bank(937_905_378, "Sparebank 68 grader Nord"),
    bank(937_891_512, "Sparebanken DIN"),
    bank(937_899_319, "Sparebanken Møre"),
    bank(937_903_979, "Sparebanken Narvik"),
    bank(946_670_081, "Sparebanken Sogn og Fjordane"),
    bank(937_894_538, "Sparebanken Sør"),
    bank(832_554_332, "Sparebanken Vest"),
    bank(937_888_937, "Sparebanken Øst"),
    bank(937_894_716, "Spareskillingsbanken"),
    bank(989_997_254, "Sparesmart (Eika Kredittbank)"),
    bank(937_902_352, "Stadsbygd Sparebank"),
    bank(953_299_216, "Storebrand Bank ASA"),
    bank(937_886_160, "Strømmen Sparebank"),
    bank(937_899_963, "Sunndal Sparebank"),
    bank(937_900_031, "Surnadal Sparebank"),
    bank(937_895_054, "Søgne og Greipstad Sparebank"),
    bank(923_194_592, "TF Bank Norge"),
    bank(937_891_423, "Tinn Sparebank"),
    bank(816_793_432, "Tolga-Os Sparebank"),
    bank(937_887_787, "Totens Sparebank"),
    bank(937_885_377, "Trøgstad Sparebank"),
    bank(937_902_174, "Trøndelag Sparebank"),
    bank(937_897_375, "Tysnes Sparebank"),
    bank(937_888_759, "Valdres Sparebank"),
    bank(937_893_922, "Valle Sparebank"),
    bank(937_897_286, "Voss Sparebank"),
    bank(817_244_742, "Voss Veksel- og Landmandsbank ASA"),
    bank(937_901_925, "Ørland Sparebank"),
    bank(837_900_212, "Ørskog Sparebank"),
];

/// The bank with this number.
pub fn bank_of_number(number: OrganisationNumber) -> Option<&'static Bank> {
    BANKS.iter().find(|it| it.number == number)
}

/// Folds for a search, where too much found is better than too little: also o for ø, and a for å and æ.
fn loosened(text: &str) -> String {
    folded(text).replace("oe", "o").replace("aa", "a").replace("ae", "a")
}

/// How well a bank fits what was typed: the smaller the better; `None` when it does not.
fn rank(bank: &Bank, words: &[String], digits: &str) -> Option<usize> {
    if !digits.is_empty() {
        return bank.number.to_string().starts_with(digits).then_some(0);
    }
    let name = loosened(bank.name);
    let of_name: Vec<&str> = name.split_whitespace().collect();
    let begins_a_word = |word: &String| of_name.iter().any(|it| it.starts_with(word.as_str()));
    match words {
        [] => None,
        words if name.starts_with(&words.join(" ")) => Some(0),
        words if words.iter().all(begins_a_word) => Some(1),
        words if words.iter().all(|it| name.contains(it.as_str())) => Some(2),
        _ => None,
    }
}

/// Finds banks by parts of the name or by how the number begins: those first whose name begins so. Case, hyphens, and how
/// Nordic letters are typed make no difference. Nothing is found for nothing.
pub fn find_banks(typed: &str) -> Vec<&'static Bank> {
    let words: Vec<String> = loosened(typed).split_whitespace().map(str::to_owned).collect();
    // A number has at least three digits here: "SpareBank 1" and "Bank2" are names.
    let joined = words.concat();
    let is_number = joined.len() >= 3 && joined.bytes().all(|it| it.is_ascii_digit());
    let digits = if is_number { joined.as_str() } else { "" };
    let mut found: Vec<(usize, &Bank)> =
        BANKS.iter().filter_map(|it| Some((rank(it, &words, digits)?, it))).collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, bank)| bank).collect()
}

#[cfg(test)]
mod tests {
    use super::{BANKS, bank_of_number, find_banks};
    use crate::{AllowedUnits, OrganisationNumber};

    fn names(typed: &str) -> Vec<&'static str> {
        find_banks(typed).into_iter().map(|it| it.name).collect()
    }

    #[test]
    fn every_number_in_the_list_is_a_real_units_and_stands_once() {
        for bank in BANKS {
            let parsed = OrganisationNumber::parse(&bank.number.to_string(), AllowedUnits::Real);
            assert_eq!(parsed, Ok(bank.number), "{}", bank.name);
            assert_eq!(bank_of_number(bank.number), Some(bank), "{}", bank.name);
        }
        assert!(BANKS.is_sorted_by_key(|it| it.name.to_lowercase()));
    }

    #[test]
    fn a_bank_is_found_by_parts_of_its_name_however_they_are_typed() {
        assert_eq!(names("dnb"), ["DNB"]);
        for typed in
            ["sparebanken sør", "Sparebanken Soer", "SPAREBANKEN SØR", "sparebanken sor", "sør sparebanken"]
        {
            assert_eq!(names(typed), ["Sparebanken Sør"], "{typed}");
        }
        assert_eq!(names("1 nord norge"), ["SpareBank 1 Nord-Norge"]);
        assert_eq!(names("bank2"), ["Bank2 ASA"]);
    }

    #[test]
    fn names_that_begin_so_come_first() {
        let found = names("sparebank 1");
        assert!(found[..12].iter().all(|it| it.starts_with("SpareBank 1")), "{found:?}");
        assert_eq!(names("valle").first(), Some(&"Valle Sparebank"));
    }

    #[test]
    fn a_bank_is_found_by_how_its_number_begins() {
        assert_eq!(names("984 851 006"), ["DNB"]);
        assert_eq!(names("984851"), ["DNB"]);
        assert_eq!(names("123456789"), [""; 0]);
        for nothing in ["", "  ", "-", "there is no such bank"] {
            assert_eq!(names(nothing), [""; 0], "{nothing}");
        }
    }
}
