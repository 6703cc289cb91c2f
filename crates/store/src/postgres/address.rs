//! Where the database is, and how one gets there.

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::StoreError;

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A server that acknowledges nothing for so long is given up, so that a cut network is noticed well within a lease.
const SILENCE: Duration = Duration::from_secs(15);
/// How long one statement may take, and wait for a lock; longer ones are ended by the server.
const SESSION_OPTIONS: &str = "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=30s \
     -c timezone=UTC -c default_transaction_isolation=read\\ committed";

/// A parsed address.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) config: Config,
    /// `None` where the connection is not encrypted.
    pub(super) tls: Option<MakeRustlsConnect>,
    pub(super) place: Arc<str>,
}

impl Address {
    pub(super) fn of(url: &str, authorities: Option<&Path>) -> Result<Self, StoreError> {
        let refused = |why: String| StoreError::CannotOpen {
            database: without_password(url),
            why,
            advice:
                "give it as postgres://USER:PASSWORD@HOST:PORT/DATABASE; sslmode is disable or require, which verifies"
                    .to_owned(),
        };
        let mut config = Config::from_str(url).map_err(|error| refused(crate::postgres::fault::words(&error)))?;
        if config.get_hosts().is_empty() {
            return Err(refused("it names no host".to_owned()));
        }
        let options = format!("{SESSION_OPTIONS} {}", config.get_options().unwrap_or_default());
        config.options(options.trim()).connect_timeout(CONNECT_TIMEOUT).tcp_user_timeout(SILENCE);
        config
            .keepalives(true)
            .keepalives_idle(SILENCE)
            .keepalives_interval(Duration::from_secs(5))
            .keepalives_retries(3);
        // Of several servers the one that may be written to: a standby would show what is old.
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        if config.get_application_name().is_none() {
            config.application_name("unmoor");
        }
        let place = place(&config);
        let tls = if needs_tls(&config, url) {
            config.ssl_mode(SslMode::Require);
            Some(MakeRustlsConnect::new(tls(&place, authorities)?))
        } else {
            config.ssl_mode(SslMode::Disable);
            None
        };
        Ok(Self { config, tls, place: place.into() })
    }
}

/// Everything but this machine is reached over TLS, unless the address says that it shall not be. `prefer`, the default of
/// libpq, would send a password to whoever answers.
fn needs_tls(config: &Config, url: &str) -> bool {
    if config.get_ssl_mode() == SslMode::Disable {
        return false;
    }
    let goes_elsewhere = !config.get_hosts().iter().all(is_this_machine)
        || !config.get_hostaddrs().iter().all(std::net::IpAddr::is_loopback);
    url.contains("sslmode=") || goes_elsewhere
}

fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn tls(place: &str, authorities: Option<&Path>) -> Result<ClientConfig, StoreError> {
    let refused = |why: String, advice: &str| StoreError::CannotOpen {
        database: place.to_owned(),
        why,
        advice: advice.to_owned(),
    };
    let mut roots = RootCertStore::empty();
    match authorities {
        None => {
            roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
        }
        Some(file) => {
            let advice = "name a file with the certificate of the authority that signed the server's, as PEM";
            let bad = |why: String| refused(format!("the certificates in {}: {why}", file.display()), advice);
            let certificates = CertificateDer::pem_file_iter(file).map_err(|error| bad(error.to_string()))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| bad(error.to_string()))?;
                roots.add(certificate).map_err(|error| bad(error.to_string()))?;
            }
            if roots.is_empty() {
                return Err(bad("there is none".to_owned()));
            }
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| refused(error.to_string(), "this program was built without usable TLS"))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// Server, port and database, for people.
fn place(config: &Config) -> String {
    let ports = config.get_ports();
    let hosts: Vec<String> = config
        .get_hosts()
        .iter()
        .enumerate()
        .map(|(at, host)| {
            let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
            match host {
                Host::Tcp(name) => format!("{name}:{port}"),
                #[cfg(unix)]
                Host::Unix(folder) => format!("{}/.s.PGSQL.{port}", folder.display()),
            }
        })
        .collect();
    let database = config.get_dbname().or(config.get_user()).unwrap_or("postgres");
    format!("postgres://{}/{database}", hosts.join(","))
}

/// An address that could not be parsed, without what may be a password in it, as a user's or as a parameter.
pub(super) fn without_password(url: &str) -> String {
    let url = url.split_once('?').map_or(url, |(place, _)| place);
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, place))) => format!("{scheme}://…@{place}"),
        _ => "the address".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(url: &str) -> Address {
        Address::of(url, None).unwrap()
    }

    #[test]
    fn a_place_is_told_without_the_password() {
        let at = |url: &str| address(url).place.to_string();
        assert_eq!(at("postgres://lead:geheim@db.example:6543/fleet"), "postgres://db.example:6543/fleet");
        assert_eq!(at("postgres://lead@127.0.0.1"), "postgres://127.0.0.1:5432/lead");
        assert_eq!(at("host=/run/postgresql dbname=fleet"), "postgres:///run/postgresql/.s.PGSQL.5432/fleet");
        assert_eq!(at("postgres://a@one:1,two:2/fleet"), "postgres://one:1,two:2/fleet");
        for url in [
            "postgres://lead:geheim@db.example:none/fleet",
            "postgres://lead@db.example/fleet?password=geheim&sslmode=verify-full",
        ] {
            let refused = Address::of(url, None).err().unwrap().to_string();
            assert!(!refused.contains("geheim") && refused.contains("db.example"), "{refused}");
        }
    }

    #[test]
    fn other_machines_are_reached_over_tls_unless_the_address_says_otherwise() {
        let encrypted = |url: &str| address(url).tls.is_some();
        assert!(!encrypted("postgres://lead@127.0.0.1/fleet"));
        assert!(!encrypted("postgres://lead@localhost/fleet"));
        assert!(!encrypted("host=/run/postgresql user=lead"));
        assert!(encrypted("postgres://lead@db.example/fleet"));
        assert!(encrypted("postgres://lead@localhost,db.example/fleet"));
        assert!(encrypted("postgres://lead@localhost/fleet?sslmode=require"));
        assert!(encrypted("postgres://lead@localhost/fleet?hostaddr=192.0.2.7"));
        assert!(!encrypted("postgres://lead@db.example/fleet?sslmode=disable"));
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let refused = Address::of("postgres://lead@db.example/fleet", Some(file.path())).err().unwrap().to_string();
        assert!(refused.contains("there is none") && refused.contains("as PEM"), "{refused}");
    }
}
