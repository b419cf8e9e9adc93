//! What to fetch, how to have it signed, and where to put it.

use std::path::{Path, PathBuf};

use crate::aps::{self, BatchItem, BatchQuery, CookieQuery};
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::transport::origin;

/// What happens when the target file exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(i32)]
pub enum ExistingFile {
    /// It is replaced, in one step and only by a complete and verified file.
    #[default]
    Replace = 0,
    /// It is kept; the item succeeds as "kept" without a download.
    Keep = 1,
    /// The item fails with [`ErrorKind::FileExists`](crate::ErrorKind::FileExists).
    Fail = 2,
}

/// How an object is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(i32)]
pub enum ObjectSigning {
    /// `POST …/batchsigneds3download`: an S3 URL, together with other objects in one call.
    #[default]
    Batch = 1,
    /// `GET …/objects/:objectKey/signeds3download`: an S3 URL for this object alone.
    SignedS3Download = 2,
    /// `POST …/objects/:objectKey/signed`: an OSS signed URL. Needs the scope `data:write`.
    SignedUrl = 3,
}

/// One file to sign or to download: a derivative, an object, or a plain URL.
///
/// ```
/// # fn main() -> apsfetch::Result<()> {
/// let request = apsfetch::Request::object("my-bucket", "models/a b+c.rvt")?
///     .minutes_expiration(10)?
///     .to_file("a.rvt");
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Request {
    pub(crate) source: Source,
    pub(crate) target: Option<Target>,
    pub(crate) existing: ExistingFile,
    pub(crate) sha1: Option<String>,
    pub(crate) size: Option<u64>,
    pub(crate) known: Option<KnownVersion>,
    pub(crate) resume: bool,
}

/// The version of a file that the host has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownVersion {
    pub(crate) etag: String,
    pub(crate) size: u64,
}

#[derive(Debug, Clone)]
pub(crate) enum Source {
    Derivative(DerivativeSource),
    Object(ObjectSource),
    Url(UrlSource),
}

#[derive(Debug, Clone)]
pub(crate) struct DerivativeSource {
    pub(crate) urn: String,
    pub(crate) derivative_urn: String,
    pub(crate) query: CookieQuery,
    /// The deprecated download from the API itself.
    pub(crate) direct: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct ObjectSource {
    pub(crate) bucket: String,
    pub(crate) query: BatchQuery,
    pub(crate) item: BatchItem,
    pub(crate) signing: ObjectSigning,
    pub(crate) single_use: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct UrlSource {
    pub(crate) url: Secret,
    pub(crate) headers: Vec<(String, Secret)>,
    pub(crate) single_use: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum Target {
    File(PathBuf),
    /// Into memory, up to this many bytes.
    Memory(u64),
}

impl Request {
    fn new(source: Source) -> Self {
        Request {
            source,
            target: None,
            existing: ExistingFile::default(),
            sha1: None,
            size: None,
            known: None,
            resume: true,
        }
    }

    /// A derivative, signed by [Fetch Derivative Download URL](https://aps.autodesk.com/en/docs/model-derivative/v2/reference/http/urn-manifest-derivativeurn-signedcookies-GET/).
    ///
    /// `urn` is the design's URN, in URL-safe base64 or plain (`urn:adsk.objects:…`);
    /// `derivative_urn` is the one from the manifest, plain or percent-encoded.
    pub fn derivative(urn: &str, derivative_urn: &str) -> Result<Self> {
        Ok(Self::new(Source::Derivative(DerivativeSource {
            urn: aps::design_urn(urn)?,
            derivative_urn: aps::derivative_urn(derivative_urn)?,
            query: CookieQuery::default(),
            direct: false,
        })))
    }

    /// An OSS object, signed by [batchsigneds3download](https://aps.autodesk.com/en/docs/data/v2/reference/http/buckets-:bucketKey-objects-batchsigneds3download-POST/).
    ///
    /// `object_key` is the key as it was given at the upload, not percent-encoded.
    pub fn object(bucket_key: &str, object_key: &str) -> Result<Self> {
        Ok(Self::new(Source::Object(ObjectSource {
            bucket: aps::bucket_key(bucket_key)?,
            query: BatchQuery::default(),
            item: BatchItem {
                object_key: aps::object_key(object_key)?,
                ..BatchItem::default()
            },
            signing: ObjectSigning::default(),
            single_use: false,
        })))
    }

    /// A URL that the host's own backend has signed. It is sent byte for byte.
    ///
    /// https is required, except for addresses of this machine.
    pub fn url(url: &str) -> Result<Self> {
        origin(url, "URL")?;
        Ok(Self::new(Source::Url(UrlSource {
            url: Secret::new(url),
            headers: Vec::new(),
            single_use: false,
        })))
    }

    /// Puts the file at this path. Its folder must exist; a relative path is seen from the
    /// current folder of the process at the start of the job. A symbolic link at the path is replaced, not followed.
    pub fn to_file(mut self, path: impl AsRef<Path>) -> Self {
        self.target = Some(Target::File(path.as_ref().to_owned()));
        self
    }

    /// Puts the file into memory instead, and fails if it has more than `max_bytes` bytes.
    pub fn to_memory(mut self, max_bytes: u64) -> Self {
        self.target = Some(Target::Memory(max_bytes));
        self
    }

    /// What happens when the target file exists. The default is to replace it.
    pub fn existing_file(mut self, existing: ExistingFile) -> Self {
        self.existing = existing;
        self
    }

    /// Whether a download that failed, was cancelled or whose process was killed is gone on with; it is by default.
    ///
    /// Then `NAME.apsfetch-part` and `NAME.apsfetch-journal` stay beside the target, and the next download of the same
    /// source to the same target, in whatever process, fetches only what is missing, if the file on the server is
    /// still the same. They are kept once a mebibyte has arrived, and only of a source that can prove its version (an
    /// ETag, a date or a SHA-1). With `false`, such files of an earlier run are removed and none are left.
    pub fn resume(mut self, resume: bool) -> Self {
        self.resume = resume;
        self
    }

    /// The SHA-1 the file must have, as 40 hex digits. It takes the place of the one APS gives.
    pub fn sha1(mut self, sha1: &str) -> Result<Self> {
        if sha1.len() != 40 || !sha1.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Error::invalid("A SHA-1 has 40 hexadecimal digits."));
        }
        self.sha1 = Some(sha1.to_ascii_lowercase());
        Ok(self)
    }

    /// The size in bytes the file must have, when the host knows it; another one is [`ErrorKind::Changed`](crate::ErrorKind::Changed).
    /// For a URL it lets all connections start at once. 0 is an empty file, and not a size that nobody knows.
    pub fn size(mut self, bytes: u64) -> Self {
        self.size = Some(bytes);
        self
    }

    /// The version of a derivative that lies at the target: the ETag that signing told, and the size in bytes.
    /// If signing tells the same again, and the target exists with that size, the item is skipped as
    /// "not modified" and the target left alone. Objects have [`Request::if_none_match`] for that.
    ///
    /// Fails for a plain URL or an object, and for an empty ETag.
    pub fn skip_if_etag(mut self, etag: &str, size: u64) -> Result<Self> {
        if !matches!(self.source, Source::Derivative(_)) {
            return Err(Error::invalid(
                "A version to skip can be set for a derivative only; for an object, use If-None-Match.",
            ));
        }
        self.known = Some(KnownVersion {
            etag: header_value(etag, "the ETag to skip")?,
            size,
        });
        Ok(self)
    }

    /// A header to send along with a [`Request::url`], to its host only (it may hold a token or a cookie).
    pub fn header(mut self, name: &str, value: &str) -> Result<Self> {
        let Source::Url(source) = &mut self.source else {
            return Err(Error::invalid("Headers can be set for a plain URL only."));
        };
        let good_name = !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
        if !good_name {
            return Err(Error::invalid(
                "The header's name has characters that HTTP does not allow.",
            ));
        }
        if !value
            .bytes()
            .all(|byte| byte == b'\t' || (byte >= 0x20 && byte != 0x7f))
        {
            return Err(Error::invalid(
                "The header's value has a control character such as a line break.",
            ));
        }
        const OURS: [&str; 9] = [
            "range",
            "if-range",
            "if-match",
            "accept-encoding",
            "host",
            "content-length",
            "transfer-encoding",
            "connection",
            "te",
        ];
        if OURS.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(Error::invalid(format!(
                "The header {name} is set by the library itself."
            )));
        }
        source.headers.push((name.to_owned(), Secret::new(value)));
        Ok(self)
    }

    /// Says that a [`Request::url`] works for one single GET, or asks for such a URL for an object that is
    /// signed by [`ObjectSigning::SignedUrl`]: no ranges, no second try.
    pub fn single_use(mut self, single_use: bool) -> Result<Self> {
        match &mut self.source {
            Source::Url(source) => source.single_use = single_use,
            Source::Object(source) if source.signing == ObjectSigning::SignedUrl => {
                source.single_use = single_use;
            }
            _ => {
                return Err(Error::invalid(
                    "Single use can be set for a plain URL, or for an object that is signed by an OSS signed URL.",
                ));
            }
        }
        Ok(self)
    }

    /// How an object is signed. The default is the batch call.
    pub fn signing(mut self, signing: ObjectSigning) -> Result<Self> {
        let source = self.object_source("signing")?;
        source.signing = signing;
        if signing != ObjectSigning::SignedUrl {
            source.single_use = false;
            check_minutes(source.query.minutes_expiration.unwrap_or(1), signing)?;
        }
        Ok(self)
    }

    /// Downloads a derivative from the API itself, by the deprecated
    /// [Download Derivative](https://aps.autodesk.com/en/docs/model-derivative/v2/reference/http/urn-manifest-derivativeurn-GET/),
    /// instead of by signed cookies: whole up to 256 MB, above that in ranges. Never chosen by the library itself.
    pub fn direct_download(mut self, direct: bool) -> Result<Self> {
        let Source::Derivative(source) = &mut self.source else {
            return Err(Error::invalid(
                "The direct download can be chosen for a derivative only.",
            ));
        };
        source.direct = direct;
        Ok(self)
    }

    /// How many minutes the signed URL or cookies live: 1 to 360 for a derivative (`minutes-expiration`,
    /// default 360), 1 to 60 for an object (`minutesExpiration`, default 2), from 1 for an OSS signed URL
    /// (default 60).
    pub fn minutes_expiration(mut self, minutes: u32) -> Result<Self> {
        match &mut self.source {
            Source::Derivative(source) if (1..=360).contains(&minutes) => {
                source.query.minutes_expiration = Some(minutes);
            }
            Source::Object(source) => {
                check_minutes(minutes, source.signing)?;
                source.query.minutes_expiration = Some(minutes);
            }
            Source::Derivative(_) => {
                return Err(Error::invalid(
                    "The cookies of a derivative live for 1 to 360 minutes.",
                ));
            }
            Source::Url(_) => {
                return Err(Error::invalid(
                    "A plain URL is signed already; its lifetime cannot be set.",
                ));
            }
        }
        Ok(self)
    }

    /// The `Content-Disposition` to be returned with the file (`response-content-disposition`).
    /// For a derivative it must begin with `attachment`.
    pub fn response_content_disposition(mut self, value: &str) -> Result<Self> {
        let value = header_value(value, "response-content-disposition")?;
        match &mut self.source {
            Source::Derivative(source) => {
                if !value
                    .get(..10)
                    .is_some_and(|start| start.eq_ignore_ascii_case("attachment"))
                {
                    return Err(Error::invalid(
                        "The response-content-disposition of a derivative must begin with `attachment`.",
                    ));
                }
                source.query.response_content_disposition = Some(value);
            }
            Source::Object(source) => source.item.response_content_disposition = Some(value),
            Source::Url(_) => return Err(not_an_object("response-content-disposition")),
        }
        Ok(self)
    }

    /// The `Content-Type` to be returned with an object (`response-content-type`).
    pub fn response_content_type(mut self, value: &str) -> Result<Self> {
        let value = header_value(value, "response-content-type")?;
        self.object_source("response-content-type")?
            .item
            .response_content_type = Some(value);
        Ok(self)
    }

    /// The `Cache-Control` to be returned with an object (`response-cache-control`).
    pub fn response_cache_control(mut self, value: &str) -> Result<Self> {
        let value = header_value(value, "response-cache-control")?;
        self.object_source("response-cache-control")?
            .item
            .response_cache_control = Some(value);
        Ok(self)
    }

    /// The ETag of the version the host has (`If-None-Match`): if the object is still that version, the item
    /// is skipped as "not modified" and the target left alone.
    pub fn if_none_match(mut self, etag: &str) -> Result<Self> {
        let value = header_value(etag, "If-None-Match")?;
        self.object_source("If-None-Match")?.item.if_none_match = Some(value);
        Ok(self)
    }

    /// A time as an HTTP date (`If-Modified-Since`): if the object has not changed since, the item is skipped
    /// as "not modified" and the target left alone.
    pub fn if_modified_since(mut self, http_date: &str) -> Result<Self> {
        let value = header_value(http_date, "If-Modified-Since")?;
        if httpdate::parse_http_date(&value).is_err() {
            return Err(Error::invalid(
                "If-Modified-Since must be an HTTP date, such as `Wed, 15 Jan 2025 00:00:00 GMT`.",
            ));
        }
        self.object_source("If-Modified-Since")?
            .item
            .if_modified_since = Some(value);
        Ok(self)
    }

    /// Asks for an OSS signed URL when the object's upload is not merged yet (`public-resource-fallback`),
    /// instead of one S3 URL for each chunk.
    pub fn public_resource_fallback(mut self, fallback: bool) -> Result<Self> {
        self.object_source("public-resource-fallback")?
            .query
            .public_resource_fallback = fallback;
        Ok(self)
    }

    /// Asks for a CloudFront URL instead of an S3 one (`useCdn`).
    pub fn use_cdn(mut self, use_cdn: bool) -> Result<Self> {
        self.object_source("useCdn")?.query.use_cdn = use_cdn;
        Ok(self)
    }

    fn object_source(&mut self, option: &str) -> Result<&mut ObjectSource> {
        match &mut self.source {
            Source::Object(source) => Ok(source),
            _ => Err(not_an_object(option)),
        }
    }

    /// What to call the item in messages: its name, never a signed address.
    pub(crate) fn label(&self) -> String {
        match &self.source {
            Source::Derivative(source) => source
                .derivative_urn
                .rsplit('/')
                .next()
                .unwrap_or("derivative")
                .to_owned(),
            Source::Object(source) => {
                format!("{}/{}", source.bucket, source.item.object_key)
            }
            Source::Url(source) => origin(source.url.expose(), "URL")
                .map(|origin| format!("a file on {}", origin.host()))
                .unwrap_or_else(|_| "a URL".to_owned()),
        }
    }
}

fn header_value(value: &str, option: &str) -> Result<String> {
    let value = value.trim();
    if value.is_empty() || value.len() > 1024 || value.chars().any(char::is_control) {
        return Err(Error::invalid(format!(
            "The value of {option} must have 1 to 1024 bytes and no control characters."
        )));
    }
    Ok(value.to_owned())
}

fn check_minutes(minutes: u32, signing: ObjectSigning) -> Result<()> {
    // The page of the OSS signed URL names no upper bound; a year is beyond any use of one.
    let longest = match signing {
        ObjectSigning::SignedUrl => 366 * 24 * 60,
        _ => 60,
    };
    if !(1..=longest).contains(&minutes) {
        return Err(Error::invalid(format!(
            "The URL of an object lives for 1 to {longest} minutes."
        )));
    }
    Ok(())
}

fn not_an_object(option: &str) -> Error {
    Error::invalid(format!(
        "The option {option} can be set for an object only."
    ))
}
