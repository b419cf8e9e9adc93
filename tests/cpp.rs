//! The layer for C++: programs of `tests/cpp` and `examples/cpp`, as C++17 and with a stop token as C++20.

mod common;

use apsfetch_sandbox::{Content, Fault, Match, Origin, Rule, Sandbox, TranslationState};
use common::c::{self, Program, Workshop};
use common::root;

const BUCKET: &str = "cpp-tests";

struct Scene {
    workshop: Workshop,
    sandbox: Sandbox,
}

impl Scene {
    fn new() -> Option<Self> {
        let workshop = Workshop::new("cpp")?;
        if !c::find(&["c++"]).is_some_and(|compiler| c::knows(compiler, "c++", "-std=c++17")) {
            common::skip("cpp", "there is no compiler for C++17");
            return None;
        }
        let sandbox = Sandbox::builder().no_samples().start().unwrap();
        sandbox.add_bucket(BUCKET);
        sandbox.add_object(BUCKET, "small", Content::bytes("a few bytes"));
        Some(Scene { workshop, sandbox })
    }

    fn hang(&self, origin: Origin, path: &str) {
        self.fault(Some(origin), path, Fault::Hang);
    }

    fn fault(&self, origin: Option<Origin>, path: &str, fault: Fault) {
        self.sandbox.fault(Rule {
            matching: Match {
                origin,
                path_contains: Some(path.to_owned()),
                ..Match::default()
            },
            fault,
        });
    }

    fn program(&self, name: &str, standard: &str) -> Program {
        let source = root().join("tests/cpp").join(name);
        self.workshop.build_cpp(&source, standard)
    }

    fn run(&self, program: &Program, others: &[&str]) -> String {
        let token = self
            .sandbox
            .access_token("data:read data:write viewables:read");
        let mut arguments = vec![self.sandbox.info().api.clone(), token, BUCKET.to_owned()];
        arguments.extend(others.iter().map(|&other| other.to_owned()));
        program.run(arguments)
    }

    fn design(&self, files: &[&str]) -> (String, String) {
        let design = self.sandbox.add_design("urn:cpp:house", "US");
        let urn = |file: &str| format!("urn:adsk.viewing:fs.file:{design}/output/{file}");
        for file in files {
            self.sandbox
                .add_derivative(&design, &urn(file), Content::bytes(*file));
        }
        let first = urn(files[0]);
        (design, first)
    }

    /// An example, with the sandbox in its environment: whether it ended well, and what it wrote.
    fn example(&self, name: &str, arguments: &[&str]) -> (bool, String, String) {
        let source = root().join("examples/cpp").join(name);
        let output = self
            .workshop
            .build_cpp(&source, "-std=c++17")
            .command()
            .args(arguments)
            .env("APS_BASE_URL", &self.sandbox.info().api)
            .env("APS_ACCESS_TOKEN", self.sandbox.access_token("data:read"))
            .env("no_proxy", "127.0.0.1")
            .output()
            .unwrap();
        (
            output.status.success(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    }
}

#[test]
fn errors_are_thrown_or_returned_and_say_all_they_know() {
    let Some(scene) = Scene::new() else {
        return;
    };
    let headers = [("Retry-After", "3600"), ("x-ads-request-id", "the-request")];
    scene.fault(
        Some(Origin::Api),
        "manifest",
        Fault::Status {
            status: 429,
            body: String::new(),
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        },
    );
    scene.run(&scene.program("errors.cpp", "-std=c++17"), &[]);
}

#[test]
fn handles_are_moved_and_freed_once() {
    let Some(scene) = Scene::new() else {
        return;
    };
    scene.run(&scene.program("moves.cpp", "-std=c++17"), &[]);
}

#[test]
fn callbacks_may_throw_and_all_ways_to_cancel_do() {
    let Some(scene) = Scene::new() else {
        return;
    };
    let never = scene.sandbox.add_design("urn:cpp:never", "US");
    scene
        .sandbox
        .set_design_state(&never, TranslationState::InProgress)
        .unwrap();
    scene
        .sandbox
        .add_object(BUCKET, "hang", Content::bytes("a few bytes"));
    scene.hang(Origin::S3, "hang");
    scene.hang(Origin::Api, "hanging-url");
    let url = format!("{}/hanging-url", scene.sandbox.info().api);
    let file = root().join("Cargo.toml").display().to_string();
    let others = [url.as_str(), &file, &never];
    std::fs::create_dir(scene.workshop.folder().join("folder")).unwrap();

    let out = scene.run(&scene.program("callbacks.cpp", "-std=c++17"), &others);
    assert_eq!(out, "");
    if c::knows("c++", "c++", "-std=c++20") {
        let out = scene.run(&scene.program("callbacks.cpp", "-std=c++20"), &others);
        assert_eq!(out, "stop token\n");
    } else {
        common::skip("cpp", "there is no compiler for C++20");
    }
}

#[test]
fn uploads_and_translations_are_polled() {
    let Some(scene) = Scene::new() else {
        return;
    };
    scene.hang(Origin::Api, "hanging-url");
    let url = format!("{}/hanging-url", scene.sandbox.info().api);
    let file = root().join("Cargo.toml").display().to_string();
    let design = |name: &str, state| {
        let urn = scene.sandbox.add_design(&format!("urn:cpp:{name}"), "US");
        scene.sandbox.set_design_state(&urn, state).unwrap();
        urn
    };
    let soon = design("soon", TranslationState::Polls { polls: 1 });
    let never = design("never", TranslationState::InProgress);
    scene.run(
        &scene.program("polled.cpp", "-std=c++17"),
        &[&url, &file, &soon, &never],
    );
}

#[test]
fn every_noun_of_the_header_is_there() {
    let Some(scene) = Scene::new() else {
        return;
    };
    for index in 0..5 {
        let key = format!("list/{index}");
        scene
            .sandbox
            .add_object(BUCKET, &key, Content::bytes("7 bytes"));
    }
    let (design, derivative) = scene.design(&["a.obj"]);
    scene.run(
        &scene.program("nouns.cpp", "-std=c++17"),
        &[&design, &derivative],
    );
}

/// `download` goes by a job, so that exceptions need not pass through the library; and a failed call's status is known.
const NOT_NEEDED: [&str; 2] = ["apsfetch_download", "apsfetch_error_status"];

/// Whatever the header declares is called by the layer, so that a new function is not forgotten there.
#[test]
fn every_function_of_the_header_is_used() {
    let folder = root().join("bindings/cpp/apsfetch");
    let mut layer = String::new();
    for file in std::fs::read_dir(folder).unwrap() {
        layer += &std::fs::read_to_string(file.unwrap().path()).unwrap();
    }
    let used = |name: &str| {
        layer.match_indices(name).any(|(at, _)| {
            let after = layer[at + name.len()..].chars().next();
            !after.is_some_and(|next| next.is_alphanumeric() || next == '_')
        })
    };
    let missing: Vec<String> = common::header::functions(&common::header_text())
        .iter()
        .map(|function| function.name.to_string())
        // The one in UTF-16 is what the macro for paths makes of the other.
        .filter(|name| !used(name.strip_suffix("_utf16").unwrap_or(name)))
        .filter(|name| !NOT_NEEDED.contains(&name.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_example_downloads_and_says_what_failed() {
    let Some(scene) = Scene::new() else {
        return;
    };
    let (good, out, err) = scene.example("download.cpp", &[BUCKET, "small", "small.txt"]);
    assert!(good && err.is_empty(), "{out}{err}");
    assert!(out.contains("small.txt: 11 bytes in "), "{out}");
    let bytes = std::fs::read(scene.workshop.folder().join("small.txt")).unwrap();
    assert_eq!(bytes, b"a few bytes");
    let (good, out, err) = scene.example("download.cpp", &[BUCKET, "missing", "missing.txt"]);
    assert!(!good, "{out}{err}");
    // Some ways to run a program give both outputs as one.
    assert!(
        err.starts_with("missing: ") || c::is_for_windows() && out.contains("missing: "),
        "{out}{err}"
    );
}

#[test]
fn the_example_of_whole_designs_downloads_once() {
    let Some(scene) = Scene::new() else {
        return;
    };
    let (design, derivative) = scene.design(&["a.obj", "b.mtl"]);
    std::fs::create_dir(scene.workshop.folder().join("house")).unwrap();
    let (good, out, err) = scene.example("design.cpp", &[&design, "house"]);
    assert!(good && err.is_empty(), "{out}{err}");
    assert!(out.contains(&format!("downloaded: {derivative}")), "{out}");
    let (good, out, _) = scene.example("design.cpp", &[&design, "house"]);
    assert!(good, "{out}");
    assert!(out.contains(&format!("unchanged: {derivative}")), "{out}");
}
