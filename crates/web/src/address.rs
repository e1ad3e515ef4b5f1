//! Which kind of address a path is: for counting, and for what a page there may do.

/// Which kind of address a path is: one of a few words, so that nobody outside can add to them.
pub(crate) fn class(path: &str) -> &'static str {
    let path = path.trim_end_matches('/').to_ascii_lowercase();
    let tail = |word: &str| path.ends_with(word);
    match path.as_str() {
        "" | "/privacy" | "/accessibility" => "page",
        _ if path.starts_with("/assets/") => "asset",
        _ if path.starts_with("/login/") => "login",
        _ if path.starts_with("/callback/") || path.starts_with("/novippslogin/") => "callback",
        _ if tail("/.well-known/openid-configuration") => "discovery",
        _ if tail("/.well-known/jwks") || tail("/.well-known/jwks.json") => "keys",
        _ if tail("/oauth2/authorize") => "authorize",
        "/oauth2/token" => "token",
        "/oauth2/userinfo" => "userinfo",
        "/oauth2/logout" => "logout",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::class;

    #[test]
    fn a_path_has_a_class_and_nobody_can_invent_one() {
        for (path, wanted) in [
            ("/", "page"),
            ("/OAuth2/Token/", "token"),
            ("/dXJu/oauth2/authorize", "authorize"),
            ("/.well-known/jwks", "keys"),
            ("/login/abc/with/no-bankid", "login"),
            ("/callback/no-bankid", "callback"),
            ("/wp-login.php", "other"),
        ] {
            assert_eq!(class(path), wanted, "{path}");
        }
    }
}
