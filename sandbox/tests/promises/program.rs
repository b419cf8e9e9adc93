//! The program: one line of JSON when it is ready, and several ways to end.

use crate::client::{get, send};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};

struct Program {
    child: Child,
    output: BufReader<ChildStdout>,
    info: Value,
}

impl Program {
    fn start(arguments: &[&str]) -> Program {
        let mut child = Command::new(env!("CARGO_BIN_EXE_apsfetch-sandbox"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let info =
            serde_json::from_str(&line).unwrap_or_else(|_| panic!("not one line of JSON: {line}"));
        Program {
            child,
            output,
            info,
        }
    }

    fn api(&self) -> &str {
        self.info["api"].as_str().unwrap()
    }

    /// Waits for the end, which must be a good one and without another word.
    fn end(mut self) {
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
        assert!(self.child.wait().unwrap().success());
    }
}

#[test]
fn it_ends_when_its_input_does() {
    let mut program = Program::start(&["--until-stdin-closes"]);
    assert!(program.info["designs"].as_array().unwrap().len() >= 3);
    assert_eq!(
        get(&format!("{}/sandbox/info", program.api()), &[]).json(),
        program.info
    );
    drop(program.child.stdin.take());
    program.end();
}

#[test]
fn options_reach_the_sandbox() {
    let mut program = Program::start(&["--tls", "--ready-after", "5", "--until-stdin-closes"]);
    assert!(program.info["ca_file"].is_string() && program.api().starts_with("https://"));
    assert_eq!(program.info["designs"][0]["status"], "inprogress");
    drop(program.child.stdin.take());
    program.end();
}

#[cfg(unix)]
#[test]
fn it_ends_on_signals() {
    for signal in ["-INT", "-TERM"] {
        let program = Program::start(&["--no-samples"]);
        assert_eq!(program.info["buckets"].as_array().unwrap().len(), 0);
        let status = Command::new("kill")
            .args([signal, &program.child.id().to_string()])
            .status();
        assert!(status.unwrap().success());
        program.end();
    }
}

#[test]
fn it_ends_on_request_and_answers_that() {
    let fault = r#"{"match": {"endpoint": "buckets"}, "fault": {"kind": "status", "status": 503}}"#;
    let program = Program::start(&["--fault", fault]);
    assert_eq!(
        get(&format!("{}/oss/v2/buckets", program.api()), &[]).status,
        503
    );
    let answer = send("POST", &format!("{}/sandbox/stop", program.api()), &[], b"");
    assert_eq!(answer.status, 200);
    program.end();
}

#[test]
fn mistakes_are_told() {
    let output = Command::new(env!("CARGO_BIN_EXE_apsfetch-sandbox"))
        .args(["--fault", "{}"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("not a fault rule"));
}

#[cfg(unix)]
#[test]
fn a_command_runs_inside_it_and_its_exit_code_is_handed_on() {
    let output = Command::new(env!("CARGO_BIN_EXE_apsfetch-sandbox"))
        .args(["--tls", "--", "sh", "-c"])
        .arg("test -f \"$APS_CA_FILE\" && echo \"$0 $APS_BASE_URL $APS_CLIENT_ID $APS_SANDBOX_TOKEN $APS_ACCESS_TOKEN\"; exit 7")
        .arg("argument")
        .env("APS_ACCESS_TOKEN", "of-the-real-service")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(7), "{text}");
    let words: Vec<&str> = text.split_whitespace().collect();
    let [argument, address, client_id, token] = words[..] else {
        panic!("{text}");
    };
    assert_eq!(argument, "argument");
    assert!(address.starts_with("https://"), "{text}");
    assert!(client_id.starts_with("sandbox-"), "{text}");
    assert!(token.starts_with("CANARY"), "{text}");
}

#[test]
fn a_command_that_is_not_there_is_told() {
    let output = Command::new(env!("CARGO_BIN_EXE_apsfetch-sandbox"))
        .args(["--", "/no/such/program"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("/no/such/program"), "{text}");
}
