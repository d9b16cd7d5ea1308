//! Previews of pictures, and pictures that are made to harm (cases H4, H12).

use std::io::Cursor;

use image::{DynamicImage, GenericImageView, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use testing::server::TestServer;

use super::{path_of, stored, upload};
use crate::arrange::text_of;

/// What must not be found in a preview.
const SECRET: &[u8] = b"52.5163N 13.3777E";

/// Left half red, right half blue.
fn two_halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| {
        if x < width / 2 {
            Rgb([250, 10, 10])
        } else {
            Rgb([10, 10, 250])
        }
    })
}

fn encode(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("it is encoded");
    bytes.into_inner()
}

/// A photograph of a camera that was held sideways and knew where it was.
fn photograph(width: u32, height: u32) -> Vec<u8> {
    let plain = encode(&two_halves(width, height).into(), ImageFormat::Jpeg);
    let mut exif =
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    exif.extend_from_slice(SECRET);
    let length = u16::try_from(exif.len() + 2).expect("short");
    let segment = [&[0xff, 0xe1][..], &length.to_be_bytes(), &exif].concat();
    [&plain[..2], &segment, &plain[2..]].concat()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_preview_is_small_upright_and_says_nothing_of_the_place() {
    let server = TestServer::start();
    let original = photograph(1_600, 800);
    assert!(contains(&original, SECRET));
    let file = upload(&server.client(), "holiday.jpg", &original);
    let info = &file["imageInfo"];
    assert_eq!(
        (&info["width"], &info["height"]),
        (&800.into(), &1_600.into())
    );
    assert_eq!(info["previewLink"], info["previewUrl"]);
    let preview = server.stranger().get(path_of(&info["previewLink"]));
    assert_eq!(preview.header("content-type"), Some("image/jpeg"));
    assert!(
        preview
            .header("content-security-policy")
            .is_some_and(|policy| policy.starts_with("sandbox"))
    );
    assert!(!contains(&preview.body, SECRET) && !contains(&preview.body, b"Exif"));
    let image = image::load_from_memory(&preview.body).expect("a picture");
    assert_eq!(image.dimensions(), (240, 480));
    let (above, below) = (image.get_pixel(120, 60), image.get_pixel(120, 420));
    assert!(
        above[0] > 200 && below[2] > 200,
        "turned: {above:?} {below:?}"
    );
    let whole = server.stranger().get(path_of(&file["link"]));
    assert_eq!(whole.body, original, "the file itself is what was sent");
}

#[test]
fn pictures_of_every_kind_have_previews() {
    let server = TestServer::start_unlimited();
    let client = server.client();
    let glass = RgbaImage::from_pixel(1_000, 500, Rgba([1, 2, 3, 40]));
    let glass = DynamicImage::from(glass);
    let small = DynamicImage::from(two_halves(20, 10));
    for (name, bytes, told, size) in [
        (
            "a.png",
            encode(&glass, ImageFormat::Png),
            "image/png",
            (480, 240),
        ),
        (
            "a.webp",
            encode(&glass, ImageFormat::WebP),
            "image/webp",
            (480, 240),
        ),
        (
            "a.gif",
            encode(&small, ImageFormat::Gif),
            "image/gif",
            (20, 10),
        ),
        (
            "a.jpg",
            encode(&small, ImageFormat::Jpeg),
            "image/jpeg",
            (20, 10),
        ),
    ] {
        let file = upload(&client, name, &bytes);
        assert_eq!(file["mimeType"], told, "{name}");
        assert_eq!(file["isImage"], true, "{name}");
        let preview = server
            .stranger()
            .get(path_of(&file["imageInfo"]["previewLink"]));
        let image = image::load_from_memory(&preview.body).expect("a picture");
        assert_eq!(image.dimensions(), size, "{name}");
        let is_glass = size.0 == 480;
        assert_eq!(
            image.color().has_alpha() && image.get_pixel(0, 0)[3] < 255,
            is_glass,
            "{name}"
        );
    }
}

/// A PNG that says it is this large, and holds next to nothing.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut png = super::DOT.to_vec();
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&checksum.to_be_bytes());
    png
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                crc >> 1 ^ 0xedb8_8320
            } else {
                crc >> 1
            }
        })
    })
}

#[test]
fn pictures_that_are_made_to_harm_are_stored_without_a_preview() {
    let server = TestServer::start_unlimited();
    let client = server.client();
    for (name, bytes) in [
        ("bomb.png", bomb(50_000, 50_000)),
        ("wide.png", bomb(12_001, 1)),
        ("heavy.png", bomb(11_000, 11_000)),
        ("none.jpg", b"\xff\xd8\xff\xe0 no picture at all".to_vec()),
        ("none.gif", b"GIF89a\xff\xff\xff\xff\0\0\0;".to_vec()),
        ("none.webp", b"RIFF\x0e\0\0\0WEBPVP8 123456".to_vec()),
    ] {
        let before = stored(&server).len();
        let file = upload(&client, name, &bytes);
        assert_eq!(file["isImage"], false, "{name}: {file}");
        assert!(file.get("imageInfo").is_none(), "{name}");
        assert_eq!(stored(&server).len(), before + 1, "{name} and nothing else");
        let fetched = server.stranger().get(path_of(&file["link"]));
        assert_eq!(fetched.body, bytes);
        // What our decoder refused is not given to a browser's either.
        let disposition = fetched.header("content-disposition").unwrap_or_default();
        assert!(
            disposition.starts_with("attachment"),
            "{name}: {disposition}"
        );
        let link = text_of(&file["link"]);
        let preview = format!("{}/preview", link.rsplit_once('/').expect("a path").0);
        let preview = preview.into();
        assert_eq!(server.stranger().get(path_of(&preview)).status, 404);
    }
}

#[test]
fn of_a_photograph_that_broke_off_what_is_there_is_shown() {
    let server = TestServer::start();
    let whole = photograph(600, 300);
    let file = upload(&server.client(), "cut.jpg", &whole[..whole.len() / 2]);
    let preview = server
        .stranger()
        .get(path_of(&file["imageInfo"]["previewLink"]));
    let image = image::load_from_memory(&preview.body).expect("a picture");
    assert_eq!(image.dimensions(), (240, 480));
}

#[test]
fn a_film_of_a_hundred_thousand_frames_costs_one_frame() {
    let server = TestServer::start_unlimited();
    let one = encode(&DynamicImage::from(two_halves(8, 8)), ImageFormat::Gif);
    // The frame is what stands between the screen's colours and the trailer.
    let start = one.iter().rposition(|byte| *byte == b',').expect("a frame");
    let frame = &one[start..one.len() - 1];
    let mut film = one[..start].to_vec();
    for _ in 0..100_000 {
        film.extend_from_slice(frame);
    }
    film.push(b';');
    let file = upload(&server.client(), "film.gif", &film);
    assert_eq!(file["isImage"], true, "{} bytes: {file}", film.len());
}
