//! Every name that Windows knows for a file is a target; one that it would take for something else is not.

use std::path::{Component, PathBuf, Prefix};

use apsfetch::{ErrorKind, ObjectFilter};

use super::*;

#[test]
fn any_language_and_spaces() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("Ordner mit Leerzeichen Ü/日本語/Ελλάδα");
    std::fs::create_dir_all(&deep).unwrap();
    for name in [
        "Grüße 1+1.rvt",
        "図面 (2).dwg",
        "🏠.ifc",
        " leading",
        "100%.bin",
        "a.b.c",
    ] {
        let path = deep.join(name);
        let result = download(&client, &path).unwrap();
        assert_eq!(result.path.as_deref(), Some(path.as_path()));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), TEXT);
    }
    assert_eq!(std::fs::read_dir(&deep).unwrap().count(), 6);
}

#[test]
fn names_that_differ_in_case_are_one_target() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let folder = tempfile::tempdir().unwrap();
    let requests = ["Äußeres.rvt", "äussereS.RVT", "äUßERES.RVT"].map(|name| {
        Request::object(BUCKET, "small")
            .unwrap()
            .to_file(folder.path().join(name))
    });
    let [first, other, same] = requests;
    let error = client
        .download(vec![first.clone(), same], |_| true)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    client.download(vec![first, other], |_| true).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn paths_longer_than_260_characters() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let folder = tempfile::tempdir().unwrap();
    let mut path = folder.path().to_owned();
    while path.as_os_str().len() < 400 {
        path.push("a folder with a name of forty characters");
    }
    std::fs::create_dir_all(&path).unwrap();
    for name in ["house.rvt", &"x".repeat(250)] {
        let target = path.join(name);
        // Twice: a file that is there is replaced.
        for _ in 0..2 {
            download(&client, &target).unwrap();
            assert_eq!(std::fs::read_to_string(&target).unwrap(), TEXT);
        }
    }
    assert_eq!(std::fs::read_dir(&path).unwrap().count(), 2);
}

#[test]
fn every_form_of_a_path() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().to_string_lossy().into_owned();
    let mut forms = vec![
        format!(r"{plain}\backslashes"),
        format!("{}/slashes", plain.replace('\\', "/")),
        format!(r"\\?\{plain}\verbatim"),
        format!(r"{plain}\.\x\..\dots"),
    ];
    std::fs::create_dir(folder.path().join("x")).unwrap();
    if let Some(relative) = relative_to_its_drive(folder.path()) {
        forms.push(format!(r"{}\relative to the drive", relative.display()));
    }
    for form in forms {
        download(&client, &form).unwrap_or_else(|error| panic!("{form}: {error}"));
        let name = form.rsplit(['\\', '/']).next().unwrap();
        let text = std::fs::read_to_string(folder.path().join(name));
        assert_eq!(text.unwrap(), TEXT, "{form}");
    }
}

/// `C:folder`, where the current folder of drive C is its root, because we are on another drive.
fn relative_to_its_drive(folder: &Path) -> Option<PathBuf> {
    let drive = |path: &Path| match path.components().next() {
        Some(Component::Prefix(prefix)) => match prefix.kind() {
            Prefix::Disk(letter) | Prefix::VerbatimDisk(letter) => Some(letter),
            _ => None,
        },
        _ => None,
    };
    if drive(folder)? == drive(&std::env::current_dir().ok()?)? {
        return None;
    }
    let mut relative = format!("{}:", char::from(drive(folder)?));
    let rest: PathBuf = folder.components().skip(2).collect();
    relative.push_str(&rest.to_string_lossy());
    Some(relative.into())
}

/// A share that is not there is an error of the file system, and not a hang.
#[test]
fn a_share_that_is_not_there_is_an_error() {
    let sandbox = sandbox();
    for target in [
        r"\\localhost\no-such-share\house.rvt",
        r"\\?\UNC\localhost\no-such-share\house.rvt",
        r"Q:\no-such-drive\house.rvt",
    ] {
        let error = download(&client(&sandbox), target).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::File, "{target}: {error}");
        assert!(error.os_code().is_some(), "{error}");
    }
}

#[test]
fn names_that_are_none_are_refused_before_anything_is_sent() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let folder = tempfile::tempdir().unwrap();
    let refused = |target: PathBuf| {
        let request = Request::object(BUCKET, "small").unwrap().to_file(target);
        client.start(vec![request]).err().unwrap()
    };
    for (name, word) in [
        ("CON", "name of a device"),
        ("nul", "name of a device"),
        ("NUL.rvt", "name of a device"),
        ("COM1.txt", "name of a device"),
        ("LPT¹", "name of a device"),
        ("house.rvt.", "ends with a dot or a space"),
        ("house.rvt ", "ends with a dot or a space"),
        ("house.rvt:stream", "hidden stream"),
        ("what?", "'?'"),
    ] {
        let error = refused(folder.path().join(name));
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{name}: {error}");
        assert!(error.message().contains(word), "{error}");
    }
    for target in ["NUL", r"\\.\NUL", r"\\.\pipe\apsfetch-test"] {
        let error = refused(target.into());
        assert!(error.message().contains("device"), "{error}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    assert!(sandbox.requests().is_empty());
}

/// What a bucket calls its objects is not the user's fault: they get names that Windows can have.
#[test]
fn reserved_names_in_a_bucket_are_changed() {
    let sandbox = sandbox();
    for key in [
        "models/CON",
        "models/nul.txt",
        "models/com1/house.rvt",
        "models/dots...",
        "models/blank ",
        "models/a:b",
        "models/../../up",
        r"models/C:\Windows\x",
    ] {
        sandbox.add_object(BUCKET, key, Content::bytes(key));
    }
    let folder = tempfile::tempdir().unwrap();
    let filter = ObjectFilter {
        prefix: "models/".to_owned(),
        strip_prefix: true,
    };
    let outcome = client(&sandbox)
        .download_objects(BUCKET, &filter, folder.path(), |_| true, None)
        .unwrap();
    for (key, name) in [
        ("models/CON", "_CON"),
        ("models/nul.txt", "_nul.txt"),
        ("models/com1/house.rvt", "_com1/house.rvt"),
        ("models/dots...", "dots___"),
        ("models/blank ", "blank_"),
        ("models/a:b", "a_b"),
        ("models/../../up", "__/__/up"),
        (r"models/C:\Windows\x", "C__Windows_x"),
    ] {
        let text = std::fs::read_to_string(folder.path().join(name))
            .unwrap_or_else(|error| panic!("{name}: {error}; {outcome:?}"));
        assert_eq!(text, key);
    }
}
