//! The proxy in the settings of Windows, as this user has them. Scripts (`AutoConfigURL`) are not run.

use winreg::RegKey;
use winreg::enums::HKEY_CURRENT_USER;

const SETTINGS: &str = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings";

/// The proxy and its exceptions, if there is one and it is switched on.
pub(super) fn settings() -> Option<(String, String)> {
    let key = RegKey::predef(HKEY_CURRENT_USER)
        .open_subkey(SETTINGS)
        .ok()?;
    let enabled: u32 = key.get_value("ProxyEnable").ok()?;
    let server: String = key.get_value("ProxyServer").ok()?;
    if enabled == 0 || server.trim().is_empty() {
        return None;
    }
    Some((server, key.get_value("ProxyOverride").unwrap_or_default()))
}
