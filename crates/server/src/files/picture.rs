//! Previews of pictures. They are made of the pixels alone, so nothing else of the original is in them: no place, no
//! camera, no hidden file (trust, case H12).

use std::{
    fs::File,
    io::{BufReader, Cursor, Write},
    path::Path,
};

use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits,
    codecs::jpeg::JpegEncoder, metadata::Orientation,
};

/// Longest side of a preview.
const PREVIEW_PIXELS_MAX: u32 = 480;

/// Longest side of a picture that is decoded.
const PIXELS_MAX: u32 = 12_000;

/// Most memory that a picture may take (trust, case H4).
const DECODED_BYTES_MAX: u64 = 64 << 20;

/// Quality of a preview as JPEG, of a hundred.
const JPEG_QUALITY: u8 = 80;

const JPEG: &str = "image/jpeg";
const PNG: &str = "image/png";

/// The media type of the preview of a picture: photographs stay small, everything else stays sharp and transparent.
pub(crate) fn preview_type(mime_type: &str) -> &'static str {
    if mime_type == JPEG { JPEG } else { PNG }
}

/// Decodes a picture and writes its preview, durable; tells width and height of the picture as it is seen. Blocks.
pub(super) fn write_preview(
    picture: &Path,
    mime_type: &str,
    mut preview: File,
) -> Result<(u32, u32), ImageError> {
    let (image, orientation) = decode(picture, mime_type)?;
    let (width, height) = (image.width(), image.height());
    let mut small = if width.max(height) > PREVIEW_PIXELS_MAX {
        image.thumbnail(PREVIEW_PIXELS_MAX, PREVIEW_PIXELS_MAX)
    } else {
        image
    };
    small.apply_orientation(orientation);
    let mut encoded = Vec::new();
    if preview_type(mime_type) == JPEG {
        JpegEncoder::new_with_quality(&mut encoded, JPEG_QUALITY)
            .encode_image(&small.into_rgb8())?;
    } else {
        let small = DynamicImage::from(small.into_rgba8());
        small.write_to(&mut Cursor::new(&mut encoded), ImageFormat::Png)?;
    }
    preview.write_all(&encoded)?;
    preview.sync_all()?;
    Ok(if is_turned(orientation) {
        (height, width)
    } else {
        (width, height)
    })
}

/// The pixels as they are stored, and how they are to be turned; of a moving picture the first one.
fn decode(picture: &Path, mime_type: &str) -> Result<(DynamicImage, Orientation), ImageError> {
    let format = ImageFormat::from_mime_type(mime_type).unwrap_or(ImageFormat::Png);
    let mut limits = Limits::default();
    limits.max_image_width = Some(PIXELS_MAX);
    limits.max_image_height = Some(PIXELS_MAX);
    limits.max_alloc = Some(DECODED_BYTES_MAX);
    let mut reader = ImageReader::with_format(BufReader::new(File::open(picture)?), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder()?;
    // The finished picture counts too, and not every decoder counts it.
    limits.reserve(decoder.total_bytes())?;
    let orientation = decoder.orientation()?;
    Ok((DynamicImage::from_decoder(decoder)?, orientation))
}

fn is_turned(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    [Rotate90, Rotate270, Rotate90FlipH, Rotate270FlipH].contains(&orientation)
}
