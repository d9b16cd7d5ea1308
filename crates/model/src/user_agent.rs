//! What a `User-Agent` header says of the browser and its system, in the words people use: `Firefox 128` on `Linux`.
//!
//! Own tables, as the crates that do this bring thousands of patterns and an engine for them, or know no browser of this
//! decade; an agent wants to know the handful that people use.

/// Browsers by the token that carries their version, in the order in which they are looked for: most claim to be Chrome,
/// and nearly all to be Safari.
const BROWSERS: [(&str, &str); 27] = [
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("Edg/", "Edge"),
    ("Edge/", "Edge"),
    ("OPR/", "Opera"),
    ("OPT/", "Opera"),
    ("OPiOS/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("YaBrowser/", "Yandex Browser"),
    ("Vivaldi/", "Vivaldi"),
    ("UCBrowser/", "UC Browser"),
    ("MiuiBrowser/", "Mi Browser"),
    ("HuaweiBrowser/", "Huawei Browser"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("Ddg/", "DuckDuckGo"),
    ("Instagram ", "Instagram"),
    ("FBAV/", "Facebook"),
    ("FxiOS/", "Firefox"),
    ("Focus/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("GSA/", "Google"),
    ("HeadlessChrome/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("MSIE ", "Internet Explorer"),
    ("Opera/", "Opera"),
];

/// Versions of Windows NT that are called otherwise. 10.0 is also what Windows 11 says.
const WINDOWS: [(&str, &str); 8] = [
    ("10.0", "Windows 10"),
    ("6.3", "Windows 8.1"),
    ("6.2", "Windows 8"),
    ("6.1", "Windows 7"),
    ("6.0", "Windows Vista"),
    ("5.2", "Windows XP"),
    ("5.1", "Windows XP"),
    ("5.0", "Windows 2000"),
];

/// The browser with its first number, as `Firefox 128`; empty where it is not known.
pub fn browser(user_agent: &str) -> String {
    if let Some((token, name)) = BROWSERS
        .into_iter()
        .find(|(token, _)| after(user_agent, token).is_some())
    {
        // The last Operas of their own engine say 9.80 first, and what they are behind this word.
        let told = after(user_agent, "Version/").filter(|_| token == "Opera/");
        return with_number(name, told.or_else(|| after(user_agent, token)));
    }
    if user_agent.contains("Trident/") {
        return with_number("Internet Explorer", after(user_agent, "rv:"));
    }
    let version = after(user_agent, "Version/");
    match user_agent.contains("Safari/") {
        true if user_agent.contains("Android") => with_number("Android Browser", version),
        true => with_number("Safari", version),
        // An app of an iPhone that shows a page says no name.
        false if user_agent.contains("AppleWebKit/") && is_ios(user_agent) => "Safari".to_owned(),
        false => String::new(),
    }
}

/// The operating system, as `Windows 10`; empty where it is not known.
pub fn system(user_agent: &str) -> String {
    if user_agent.contains("Windows Phone") {
        return "Windows Phone".to_owned();
    }
    if user_agent.contains("Windows") {
        let version = after(user_agent, "Windows NT ").unwrap_or_default();
        let known = WINDOWS
            .into_iter()
            .find(|(number, _)| version.starts_with(number));
        return known.map_or("Windows", |(_, name)| name).to_owned();
    }
    if is_ios(user_agent) {
        let name = if user_agent.contains("iPad") {
            "iPadOS"
        } else {
            "iOS"
        };
        let version = after(user_agent, "iPhone OS ").or_else(|| after(user_agent, "CPU OS "));
        return with_number(name, version);
    }
    if user_agent.contains("Mac OS X") || user_agent.contains("Macintosh") {
        return mac(after(user_agent, "Mac OS X ").unwrap_or_default());
    }
    if user_agent.contains("Android") {
        return with_number("Android", after(user_agent, "Android "));
    }
    for (token, name) in [
        ("KAIOS/", "KaiOS"),
        ("Tizen", "Tizen"),
        ("CrOS ", "ChromeOS"),
        ("FreeBSD", "FreeBSD"),
        ("Linux", "Linux"),
        ("X11", "Linux"),
    ] {
        if user_agent.contains(token) {
            return name.to_owned();
        }
    }
    String::new()
}

/// Every Mac since the eleventh says 10.15: then the number says nothing.
fn mac(version: &str) -> String {
    let mut numbers = version.split(['_', '.']).map(leading_number);
    match (numbers.next(), numbers.next()) {
        (Some("10"), Some(minor)) if (1..=2).contains(&minor.len()) && minor != "15" => {
            format!("macOS 10.{minor}")
        }
        _ => "macOS".to_owned(),
    }
}

fn is_ios(user_agent: &str) -> bool {
    ["iPhone", "iPad", "iPod"]
        .iter()
        .any(|device| user_agent.contains(device))
}

/// What follows a token, where it stands at the beginning of a word.
fn after<'a>(user_agent: &'a str, token: &str) -> Option<&'a str> {
    let found = user_agent.match_indices(token).find(|(start, _)| {
        let before = user_agent[..*start].bytes().next_back();
        before.is_none_or(|byte| !byte.is_ascii_alphanumeric())
    });
    found.map(|(start, _)| &user_agent[start + token.len()..])
}

/// A name with the first number of its version, where there is one of a length that versions have.
fn with_number(name: &str, version: Option<&str>) -> String {
    let number = leading_number(version.unwrap_or_default());
    if (1..=4).contains(&number.len()) {
        format!("{name} {number}")
    } else {
        name.to_owned()
    }
}

fn leading_number(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit());
    &text[..end.unwrap_or(text.len())]
}

#[cfg(test)]
mod tests;
