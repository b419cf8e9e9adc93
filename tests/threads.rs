//! The library keeps to its own threads.

use apsfetch::{Client, Request};
use apsfetch_sandbox::{Content, Sandbox};

/// A host that uses rayon, or another library in it, owns the global pool. Only one of them can set it up.
#[test]
fn rayons_global_pool_is_left_to_the_host() {
    let sandbox = Sandbox::builder().no_samples().start().unwrap();
    sandbox.add_object("threads", "a.bin", Content::synthetic(20 << 20, 3));
    let client = Client::builder()
        .base_url(&sandbox.info().api)
        .unwrap()
        .proxy("")
        .unwrap()
        .access_token(&sandbox.access_token("data:read"))
        .unwrap()
        .build()
        .unwrap();
    let request = Request::object("threads", "a.bin").unwrap();
    let results = client
        .download(vec![request.to_memory(1 << 30)], |_| true)
        .unwrap();
    assert_eq!(results[0].as_ref().unwrap().bytes, 20 << 20);
    drop(client);
    // It fails once anybody has used the global pool.
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build_global()
        .unwrap();
}
