//! The sites that a widget is for (trust, case E5).

use serde_json::json;
use testing::server::TestServer;

use super::{ask, open, set_widget};

#[test]
fn a_widget_stands_on_the_sites_it_is_for() {
    let server = TestServer::start();
    open(
        &server,
        &json!({"page": {"link": "https://anywhere.example/"}}),
    );
    open(&server, &json!({}));
    let change = json!({"allowedDomains": ["Shop.example", "*.shop.example", "bücher.example", "localhost"]});
    let widget = set_widget(&server, &change);
    assert_eq!(
        widget["allowedDomains"],
        json!([
            "shop.example",
            "*.shop.example",
            "xn--bcher-kva.example",
            "localhost"
        ])
    );
    for link in [
        "https://shop.example/shoes?size=42#top",
        "https://SHOP.example:8443/",
        "http://www.shop.example",
        "https://a.b.shop.example/",
        "https://bücher.example/",
        "http://localhost:3000/",
    ] {
        open(&server, &json!({"page": {"link": link, "title": "Shoes"}}));
    }
    let before = server.world();
    let elsewhere = "403 domain_not_allowed: page.link is on a site that this widget is not for";
    let nowhere =
        "403 domain_not_allowed: page.link is missing, and this widget is for certain sites only";
    for (link, refusal) in [
        ("https://evil.example/", elsewhere),
        ("https://evilshop.example/", elsewhere),
        ("https://shop.example.evil.example/", elsewhere),
        ("https://shop.example@evil.example/", elsewhere),
        ("https://evil.example/https://shop.example/", elsewhere),
        ("https://evil.example\\@shop.example/", elsewhere),
        ("https://127.0.0.1/", elsewhere),
        ("file://shop.example/", nowhere),
        ("javascript:alert(1)//shop.example", nowhere),
        ("shop.example", nowhere),
        ("", nowhere),
    ] {
        let refused = ask(&server, &json!({"page": {"link": link}}));
        assert_eq!(refused.refusal(), refusal, "{link}");
    }
    assert_eq!(ask(&server, &json!({})).refusal(), nowhere);
    assert_eq!(server.world(), before);
    set_widget(&server, &json!({"allowedDomains": []}));
    open(&server, &json!({}));
}
