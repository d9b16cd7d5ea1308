//! The public forms of a file: contract A.7, under the names of both generations (contract G-2).

use model::{
    file::StoredFile,
    message::{File, ImageInfo},
};
use serde::Serialize;
use utoipa::ToSchema;

/// A file of a message, under the names of every generation of clients.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = File)]
pub(crate) struct FileJson {
    name: String,
    filename: String,
    file_name: String,
    link: String,
    url: String,
    mime_type: String,
    size: u64,
    is_image: bool,
    is_sticker: bool,
    is_inline: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    inline_id: Option<String>,
    is_allowed_file_type: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_info: Option<ImageInfoJson>,
}

/// Size and preview of a picture.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ImageInfo)]
pub(crate) struct ImageInfoJson {
    width: u32,
    height: u32,
    preview_link: String,
    preview_url: String,
}

/// A file that was uploaded and that no message has yet.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UploadedFile, example = json!({
    "id": "d9nKoegKSjmCtyK78",
    "name": "photo.png",
    "size": 15_538,
    "mimeType": "image/png",
    "isImage": true,
    "link": "https://chat.example/files/5f0c7e2ab1d94c3386a1e0d25f0c7e2a/photo.png",
    "imageInfo": {
        "width": 1129,
        "height": 525,
        "previewLink": "https://chat.example/files/5f0c7e2ab1d94c3386a1e0d25f0c7e2a/preview",
        "previewUrl": "https://chat.example/files/5f0c7e2ab1d94c3386a1e0d25f0c7e2a/preview",
    },
}))]
pub(crate) struct UploadedFileJson {
    /// The id that `fileIds` of a message take.
    id: String,
    /// The name, without what was not safe in it.
    name: String,
    /// Size in bytes.
    size: u64,
    /// What it is, by its content.
    mime_type: String,
    /// Whether it is a picture that can be shown.
    is_image: bool,
    /// Where it is fetched; whoever has the link may.
    link: String,
    /// Size and preview of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    image_info: Option<ImageInfoJson>,
}

impl FileJson {
    /// `link_base` begins links to files that are stored here.
    pub(super) fn new(file: File, link_base: &str) -> Self {
        let link = absolute(&file.link, link_base);
        Self {
            filename: file.name.clone(),
            file_name: file.name.clone(),
            name: file.name,
            url: link.clone(),
            link,
            mime_type: file.mime_type,
            size: file.size,
            is_image: file.is_image,
            is_sticker: false,
            is_inline: file.is_inline,
            inline_id: file.inline_id,
            is_allowed_file_type: file.is_allowed_file_type,
            image_info: file
                .image_info
                .map(|info| ImageInfoJson::new(&info, link_base)),
        }
    }
}

impl ImageInfoJson {
    fn new(info: &ImageInfo, link_base: &str) -> Self {
        let link = absolute(&info.preview_link, link_base);
        Self {
            width: info.width,
            height: info.height,
            preview_url: link.clone(),
            preview_link: link,
        }
    }
}

impl UploadedFileJson {
    pub(crate) fn new(stored: &StoredFile, link_base: &str) -> Self {
        let file = stored.to_message_file();
        let image_info = file.image_info.as_ref();
        Self {
            id: stored.id.to_string(),
            image_info: image_info.map(|info| ImageInfoJson::new(info, link_base)),
            link: absolute(&file.link, link_base),
            name: file.name,
            size: file.size,
            mime_type: file.mime_type,
            is_image: file.is_image,
        }
    }
}

/// A link as others can follow it: files stored here have only a path, as the server may move.
fn absolute(link: &str, link_base: &str) -> String {
    if link.starts_with('/') {
        format!("{link_base}{link}")
    } else {
        link.to_owned()
    }
}
