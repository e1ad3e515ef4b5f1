//! JSON Web Encryption in compact form: RSA-OAEP-256, and two content encryptions. We encrypt; we never open one.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    cipher::{AES_128, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey},
    iv::FixedLength,
    rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey, PublicKeyComponents},
};
use serde_json::{Value, json};

use crate::{KeyError, Random, Secret, b64, hash::hmac_sha256, jwk::member};

/// How the content is encrypted (RFC 7518 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentEncryption {
    /// AES-256-GCM.
    A256Gcm,
    /// AES-128-CBC with HMAC-SHA-256.
    A128CbcHs256,
}

impl ContentEncryption {
    /// All of them, the better one first.
    pub const ALL: [Self; 2] = [Self::A256Gcm, Self::A128CbcHs256];

    /// The name in a JOSE header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A256Gcm => "A256GCM",
            Self::A128CbcHs256 => "A128CBC-HS256",
        }
    }

    /// Reads the name, exactly as written.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }
}

/// The name of the one key encryption there is (RFC 7518 §4.3).
pub const KEY_ENCRYPTION: &str = "RSA-OAEP-256";

/// Somebody's public key, to encrypt to.
#[derive(Debug)]
pub struct EncryptionKey {
    key: OaepPublicEncryptingKey,
    kid: Option<String>,
}

impl EncryptionKey {
    /// Reads a JWK that says it is for encryption.
    ///
    /// # Errors
    /// [`KeyError`]: not RSA of 2048 to 8192 bits, not `use=enc`, or for another algorithm.
    ///
    /// Spec: RFC 7517 §4.2, RFC 7518 §4.3 <https://www.rfc-editor.org/rfc/rfc7518#section-4.3>
    pub fn from_jwk(jwk: &Value) -> Result<Self, KeyError> {
        let word = |name| jwk.get(name).and_then(Value::as_str);
        let fits = word("kty") == Some("RSA")
            && word("use") == Some("enc")
            && word("alg").is_none_or(|it| it == KEY_ENCRYPTION);
        if !fits {
            return Err(KeyError::Unsupported);
        }
        let n: Vec<u8> = member(jwk, "n")?.into_iter().skip_while(|byte| *byte == 0).collect();
        let e = member(jwk, "e")?;
        if !(256..=1024).contains(&n.len()) || e.is_empty() || e.len() > 8 {
            return Err(KeyError::Unsupported);
        }
        let key: PublicEncryptingKey =
            PublicKeyComponents { n, e }.try_into().map_err(|_| KeyError::Malformed)?;
        let key = OaepPublicEncryptingKey::new(key).map_err(|_| KeyError::Malformed)?;
        Ok(Self { key, kid: word("kid").map(str::to_owned) })
    }

    fn wrap(&self, content_key: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut wrapped = vec![0; self.key.ciphertext_size()];
        let written = self.key.encrypt(&OAEP_SHA256_MGF1SHA256, content_key, &mut wrapped, None);
        let written = written.map_err(|_| KeyError::Private)?.len();
        wrapped.truncate(written);
        Ok(wrapped)
    }

    /// Encrypts a JWT to this key: the header has `alg`, `enc`, `cty` = `JWT` and the key's `kid` when it has one.
    ///
    /// # Errors
    /// [`KeyError::Private`] when the library fails.
    ///
    /// Spec: RFC 7516 §5.1, RFC 7519 §5.2 <https://www.rfc-editor.org/rfc/rfc7516#section-5.1>
    pub fn encrypt(
        &self,
        encryption: ContentEncryption,
        random: &Random,
        jwt: &str,
    ) -> Result<String, KeyError> {
        let mut header = json!({"alg": KEY_ENCRYPTION, "enc": encryption.as_str(), "cty": "JWT"});
        if let (Some(kid), Some(members)) = (&self.kid, header.as_object_mut()) {
            members.insert("kid".to_owned(), json!(kid));
        }
        let header = b64::encode(header.to_string().as_bytes());
        // Either encryption has a key of 32 bytes.
        let content_key: Secret<[u8; 32]> = Secret::new(random.bytes());
        let wrapped = self.wrap(content_key.expose())?;
        let sealed = match encryption {
            ContentEncryption::A256Gcm => gcm(&content_key, &random.bytes(), &header, jwt),
            ContentEncryption::A128CbcHs256 => cbc(&content_key, &random.bytes(), &header, jwt),
        };
        let (iv, text, tag) = sealed.ok_or(KeyError::Private)?;
        let parts = [wrapped, iv, text, tag].map(|part| b64::encode(&part));
        Ok(format!("{header}.{}", parts.join(".")))
    }
}

type Sealed = (Vec<u8>, Vec<u8>, Vec<u8>);

/// Spec: RFC 7518 §5.3 <https://www.rfc-editor.org/rfc/rfc7518#section-5.3>
fn gcm(key: &Secret<[u8; 32]>, iv: &[u8; 12], header: &str, plain: &str) -> Option<Sealed> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.expose()).ok()?);
    let mut text = plain.as_bytes().to_vec();
    let nonce = Nonce::assume_unique_for_key(*iv);
    let tag = key.seal_in_place_separate_tag(nonce, Aad::from(header.as_bytes()), &mut text).ok()?;
    Some((iv.to_vec(), text, tag.as_ref().to_vec()))
}

/// Spec: RFC 7518 §5.2.2.1 <https://www.rfc-editor.org/rfc/rfc7518#section-5.2.2.1>
fn cbc(key: &Secret<[u8; 32]>, iv: &[u8; 16], header: &str, plain: &str) -> Option<Sealed> {
    let (mac_key, cipher_key) = key.expose().split_at(16);
    let cipher = UnboundCipherKey::new(&AES_128, cipher_key).ok()?;
    let cipher = PaddedBlockEncryptingKey::cbc_pkcs7(cipher).ok()?;
    let mut text = plain.as_bytes().to_vec();
    let context = EncryptionContext::Iv128(FixedLength::from(*iv));
    cipher.less_safe_encrypt(&mut text, context).ok()?;
    let bits = u64::try_from(header.len()).ok()?.checked_mul(8)?.to_be_bytes();
    let mac = hmac_sha256(mac_key, &[header.as_bytes(), iv, &text, &bits]);
    let (tag, _) = mac.split_at(16);
    Some((iv.to_vec(), text, tag.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::{ContentEncryption, EncryptionKey, cbc};
    use crate::{KeyError, Random, Secret, b64};
    use aws_lc_rs::{
        aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
        encoding::{AsDer, Pkcs8V1Der},
        rsa::{KeyPair, KeySize, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey},
        signature::KeyPair as _,
    };
    use serde_json::{Value, json};

    fn pair(changes: Value) -> (Value, OaepPrivateDecryptingKey) {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let (n, e) = (pair.public_key().modulus(), pair.public_key().exponent());
        let mut jwk = json!({"kty": "RSA", "use": "enc", "kid": "mine",
            "n": b64::encode(n.big_endian_without_leading_zero()),
            "e": b64::encode(e.big_endian_without_leading_zero())});
        for (name, value) in changes.as_object().unwrap() {
            jwk[name] = value.clone();
        }
        let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
        let private = PrivateDecryptingKey::from_pkcs8(der.as_ref()).unwrap();
        (jwk, OaepPrivateDecryptingKey::new(private).unwrap())
    }

    #[test]
    fn what_is_encrypted_opens_with_the_private_key_and_only_unchanged() {
        let (jwk, private) = pair(json!({}));
        let key = EncryptionKey::from_jwk(&jwk).unwrap();
        let jwe = key.encrypt(ContentEncryption::A256Gcm, &Random::system(), "a.b.c").unwrap();
        let parts: Vec<&str> = jwe.split('.').collect();
        let bytes: Vec<Vec<u8>> = parts.iter().map(|part| b64::decode(part).unwrap()).collect();
        let header: Value = serde_json::from_slice(&bytes[0]).unwrap();
        assert_eq!(header, json!({"alg": "RSA-OAEP-256", "enc": "A256GCM", "cty": "JWT", "kid": "mine"}));

        let mut content_key = vec![0; 256];
        let content_key =
            private.decrypt(&OAEP_SHA256_MGF1SHA256, &bytes[1], &mut content_key, None).unwrap();
        let opener = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, content_key).unwrap());
        let open = |aad: &str| {
            let mut text = [bytes[3].clone(), bytes[4].clone()].concat();
            let nonce = Nonce::try_assume_unique_for_key(&bytes[2]).unwrap();
            opener.open_in_place(nonce, Aad::from(aad.as_bytes()), &mut text).map(|it| it.to_vec()).ok()
        };
        assert_eq!(open(parts[0]).as_deref(), Some(b"a.b.c".as_slice()));
        assert_eq!(open("another header"), None);
    }

    #[test]
    fn the_vector_of_rfc_7516_appendix_b() {
        // The same key, IV, additional data and text as in appendix A.3; the key encryption does not matter here.
        let octets = |text: &str| b64::decode(text).unwrap();
        let key: [u8; 32] = [
            4, 211, 31, 197, 84, 157, 252, 254, 11, 100, 157, 250, 63, 170, 106, 206, 107, 124, 212, 45, 111,
            107, 9, 219, 200, 177, 0, 240, 143, 156, 44, 207,
        ];
        let iv: [u8; 16] = octets("AxY8DCtDaGlsbGljb3RoZQ").try_into().unwrap();
        let header = "eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0";
        let (_, text, tag) = cbc(&Secret::new(key), &iv, header, "Live long and prosper.").unwrap();
        assert_eq!(b64::encode(&text), "KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY");
        assert_eq!(b64::encode(&tag), "U0m_YmjN04DJvceFICbCVQ");
    }

    #[test]
    fn a_key_that_is_not_for_encryption_is_refused() {
        for wrong in [
            json!({"use": "sig"}),
            json!({"use": null}),
            json!({"alg": "RSA-OAEP"}),
            json!({"alg": "RSA1_5"}),
            json!({"kty": "EC"}),
            json!({"n": "AQAB"}),
        ] {
            let (jwk, _) = pair(wrong.clone());
            assert_eq!(EncryptionKey::from_jwk(&jwk).unwrap_err(), KeyError::Unsupported, "{wrong}");
        }
    }
}
