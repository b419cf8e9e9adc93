//! The example for C does what its comment says, against the sandbox.

mod common;

use apsfetch_sandbox::{Content, Sandbox};
use common::c::{Program, Workshop, is_for_windows};
use common::root;

const BUCKET: &str = "c-example";
const DESIGN: &str = "urn:adsk.objects:os.object:c-example/house.rvt";
const DERIVATIVE: &str = "urn:adsk.viewing:fs.file:house/output/house 1+1.obj";

struct Example {
    workshop: Workshop,
    program: Program,
    sandbox: Sandbox,
    design: String,
}

impl Example {
    fn new() -> Option<Self> {
        let workshop = Workshop::new("c_example")?;
        let program = workshop.build(&root().join("examples/c/download.c"));
        let sandbox = Sandbox::builder().no_samples().start().unwrap();
        sandbox.add_bucket(BUCKET);
        let design = sandbox.add_design(DESIGN, "US");
        Some(Example {
            workshop,
            program,
            sandbox,
            design,
        })
    }

    fn run(&self, arguments: &[&str]) -> (bool, String, String) {
        let info = self.sandbox.info();
        let output = self
            .program
            .command()
            .args(arguments)
            .env("APS_BASE_URL", &info.api)
            .env("APS_CLIENT_ID", &info.client_id)
            .env("APS_CLIENT_SECRET", &info.client_secret)
            .env("no_proxy", "127.0.0.1")
            .env_remove("APS_ACCESS_TOKEN")
            .env_remove("APS_CA_FILE")
            .output()
            .unwrap();
        (
            output.status.success(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    }

    fn check(&self, file: &str, content: &Content) {
        let bytes = std::fs::read(self.workshop.folder().join(file)).unwrap();
        assert_eq!(bytes.len() as u64, content.len());
        let mut expected = vec![0; bytes.len()];
        let mut at = 0;
        while at < expected.len() {
            at += content.read_at(at as u64, &mut expected[at..]).unwrap();
        }
        assert!(bytes == expected, "{file} has other bytes");
    }
}

#[test]
fn a_derivative_and_objects_arrive_in_one_job() {
    let Some(example) = Example::new() else {
        return;
    };
    let house = Content::synthetic(9 * 1024 * 1024 + 1, 1);
    let large = Content::synthetic(5 * 1024 * 1024 - 1, 2);
    let small = Content::bytes("a few bytes");
    example
        .sandbox
        .add_derivative(&example.design, DERIVATIVE, house.clone());
    example
        .sandbox
        .add_object(BUCKET, "large.bin", large.clone());
    example
        .sandbox
        .add_object(BUCKET, "folder/small 100%.txt", small.clone());
    let (good, out, err) = example.run(&[
        "--derivative",
        &example.design,
        DERIVATIVE,
        "house.obj",
        "--object",
        BUCKET,
        "large.bin",
        "large.bin",
        "--object",
        BUCKET,
        "folder/small 100%.txt",
        "small.txt",
    ]);
    assert!(good && err.is_empty(), "{out}{err}");
    example.check("house.obj", &house);
    example.check("large.bin", &large);
    example.check("small.txt", &small);
    assert!(out.contains("\nhouse.obj: 9437185 bytes in "), "{out}");
    assert!(out.contains("3 of 3 files"), "{out}");
    assert!(out.contains(" checked by "), "{out}");
}

#[test]
fn one_missing_file_does_not_stop_the_others_and_is_reported() {
    let Some(example) = Example::new() else {
        return;
    };
    let small = Content::bytes("a few bytes");
    example
        .sandbox
        .add_object(BUCKET, "small.txt", small.clone());
    let (good, out, err) = example.run(&[
        "--object",
        BUCKET,
        "small.txt",
        "small.txt",
        "--object",
        BUCKET,
        "missing",
        "missing.txt",
    ]);
    assert!(!good);
    assert!(out.contains("small.txt: 11 bytes"), "{out}");
    // Some ways to run a program give both outputs as one.
    assert!(
        err.starts_with("missing.txt: ") || is_for_windows() && out.contains("\nmissing.txt: "),
        "{out}{err}"
    );
    example.check("small.txt", &small);
    assert!(!example.workshop.folder().join("missing.txt").exists());
}
