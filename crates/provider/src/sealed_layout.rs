//! What is sealed, as bytes with a version of their layout in front: a node of another version refuses what it would
//! misread, as if it had not been there.

use crypto::Secret;
use model::{AuthorizationRequest, BrowserSession, Grant};
use serde::{Serialize, de::DeserializeOwned};

use crate::InternalError;

/// A type that is sealed. Raise its version with every change of its fields.
pub(crate) trait Layout: Serialize + DeserializeOwned {
    const VERSION: u8;
}

impl Layout for AuthorizationRequest {
    const VERSION: u8 = 5;
}
impl Layout for Grant {
    const VERSION: u8 = 5;
}
impl Layout for BrowserSession {
    const VERSION: u8 = 4;
}

/// Writes a value for sealing.
pub(crate) fn pack<T: Layout>(value: &T) -> Result<Secret<Vec<u8>>, InternalError> {
    let start = vec![T::VERSION];
    postcard::to_extend(value, start).map(Secret::new).map_err(InternalError::new)
}

/// Reads what [`pack`] of this version wrote; `None` for anything else.
pub(crate) fn unpack<T: Layout>(bytes: &[u8]) -> Option<T> {
    let (version, rest) = bytes.split_first()?;
    if *version != T::VERSION {
        return None;
    }
    let (value, rest) = postcard::take_from_bytes(rest).ok()?;
    rest.is_empty().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::{Layout, pack, unpack};
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Earlier(u8);

    impl Layout for Earlier {
        const VERSION: u8 = 1;
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Later(u8);

    impl Layout for Later {
        const VERSION: u8 = 2;
    }

    #[test]
    fn a_value_of_another_layout_is_not_read() {
        let packed = pack(&Later(7)).unwrap();
        assert_eq!(unpack(packed.expose()), Some(Later(7)));
        assert_eq!(unpack::<Earlier>(packed.expose()), None);
        let mut longer = packed.expose().clone();
        longer.push(0);
        assert_eq!(unpack::<Later>(&longer), None);
    }
}
