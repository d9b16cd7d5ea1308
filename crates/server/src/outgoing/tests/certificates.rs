//! Receivers with good and bad certificates.

use std::{net::TcpListener, path::Path, sync::Arc, time::Duration};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio_rustls::rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

use super::{
    super::{Outgoing, OutgoingError, OutgoingTimes, TlsError},
    PATIENT, policy, post,
    receiver::Receiver,
};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// An authority and the file that names it.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    file: tempfile::NamedTempFile,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new([]).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), certificate.pem()).expect("written");
        Self {
            issuer: Issuer::new(params, key),
            file,
        }
    }

    /// A receiver with a certificate for a name and from one year to another.
    fn receiver(&self, name: &str, years: (i32, i32)) -> Receiver {
        let mut params = CertificateParams::new([name.to_owned()]).expect("a name");
        params.not_before = date_time_ymd(years.0, 1, 1);
        params.not_after = date_time_ymd(years.1, 1, 1);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("signed");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has them")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("a good certificate");
        Receiver::start_tls(config, |exchange| {
            while exchange.read_request() {
                exchange.write(OK);
            }
        })
    }

    fn door(&self) -> Outgoing {
        door(Some(self.file.path()))
    }
}

fn door(ca_file: Option<&Path>) -> Outgoing {
    Outgoing::new(policy("127.0.0.0/8"), PATIENT, ca_file).expect("a door")
}

async fn error(door: &Outgoing, receiver: &Receiver) -> Option<OutgoingError> {
    let url = format!("https://localhost:{}/", receiver.address.port());
    post(door, &url).await.error
}

#[tokio::test]
async fn a_good_certificate_of_a_known_authority_is_accepted() {
    let authority = Authority::new();
    let receiver = authority.receiver("localhost", (2020, 2100));
    let door = authority.door();
    let url = format!("https://localhost:{}/", receiver.address.port());
    for _ in 0..3 {
        let outcome = post(&door, &url).await;
        assert!(outcome.is_success(), "{outcome:?}");
        assert_eq!(outcome.excerpt, "ok");
    }
    assert_eq!((receiver.connections(), receiver.requests().len()), (1, 3));
    let by_address = authority.receiver("127.0.0.1", (2020, 2100));
    let url = format!("https://127.0.0.1:{}/", by_address.address.port());
    assert!(post(&door, &url).await.is_success());
}

#[tokio::test]
async fn a_bad_certificate_is_refused_with_the_reason_and_nothing_is_sent() {
    let authority = Authority::new();
    let other = Authority::new();
    for (receiver, expected) in [
        (
            authority.receiver("localhost", (2020, 2021)),
            TlsError::Expired,
        ),
        (
            authority.receiver("localhost", (2099, 2100)),
            TlsError::NotYetValid,
        ),
        (
            authority.receiver("hooks.example", (2020, 2100)),
            TlsError::WrongName,
        ),
        (
            authority.receiver("127.0.0.1", (2020, 2100)),
            TlsError::WrongName,
        ),
        (
            other.receiver("localhost", (2020, 2100)),
            TlsError::UnknownIssuer,
        ),
    ] {
        let refused = error(&authority.door(), &receiver).await;
        assert_eq!(refused, Some(OutgoingError::Tls(expected)));
        assert_eq!((receiver.connections(), receiver.requests().len()), (1, 0));
    }
    assert_eq!(
        OutgoingError::Tls(TlsError::Expired).to_string(),
        "TLS failed: the certificate has expired"
    );
}

#[tokio::test]
async fn an_authority_is_only_known_where_it_is_named() {
    let authority = Authority::new();
    let receiver = authority.receiver("localhost", (2020, 2100));
    let refused = error(&door(None), &receiver).await;
    let unknown = OutgoingError::Tls(TlsError::UnknownIssuer);
    assert_eq!(refused, Some(unknown));
}

#[tokio::test]
async fn a_receiver_without_tls_is_refused() {
    let plain = Receiver::start(|exchange| {
        exchange.write("HTTP/1.1 400 Bad Request\r\n\r\n");
        exchange.hang();
    });
    let refused = error(&door(None), &plain).await;
    assert_eq!(refused, Some(OutgoingError::Tls(TlsError::Handshake)));
    let closing = Receiver::start(|_| {});
    let refused = error(&door(None), &closing).await;
    assert_eq!(refused, Some(OutgoingError::Tls(TlsError::Handshake)));
}

#[tokio::test]
async fn a_handshake_that_hangs_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = silent.local_addr().expect("bound");
    let times = OutgoingTimes {
        connect_ms: 200,
        total_ms: 20_000,
    };
    let door = Outgoing::new(policy("127.0.0.0/8"), times, None).expect("a door");
    let outcome = post(&door, &format!("https://{address}/")).await;
    assert_eq!(outcome.error, Some(OutgoingError::ConnectTimeout));
    let within = Duration::from_millis(outcome.duration_ms);
    assert!(within < Duration::from_secs(5), "{within:?}");
}

#[test]
fn a_file_without_certificates_is_refused_by_its_name() {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    let open = |path: &Path| Outgoing::new(policy(""), PATIENT, Some(path)).err();
    let empty = open(file.path()).expect("refused");
    assert!(empty.ends_with("there is none"), "{empty}");
    let missing = open(Path::new("/does/not/exist.pem")).expect("refused");
    assert!(missing.contains("/does/not/exist.pem"), "{missing}");
    std::fs::write(
        file.path(),
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    )
    .expect("written");
    assert!(open(file.path()).is_some());
}
