//! Check Derivative Details.

use super::*;

#[test]
fn details_gives_size_type_and_the_services_own_headers() {
    let world = World::new();
    let details = world
        .client()
        .details(&world.derivative(), Duration::ZERO, None)
        .unwrap();
    assert_eq!(details.size, Some(1658));
    assert!(details.content_type.is_some());
    assert!(details.app_identifier.is_some());
    assert!(details.startup_time.is_some());
    assert!(details.duration.is_some());
    assert_eq!(world.sandbox.requests().pop().unwrap().method, "HEAD");
    let object = object("x");
    assert!(
        world
            .client()
            .details(&object, Duration::ZERO, None)
            .is_err()
    );
}

#[test]
fn details_asks_again_while_it_is_202_but_not_longer_than_the_caller_says() {
    let world = World::new();
    let state = |state| {
        world
            .sandbox
            .set_derivative_state(&world.urn, &world.derivative, state)
            .unwrap();
    };
    state(TranslationState::Polls { polls: 2 });
    world
        .client()
        .details(&world.derivative(), Duration::from_secs(60), None)
        .unwrap();
    assert_eq!(world.sandbox.requests().len(), 3);
    state(TranslationState::Pending);
    for wait in [Duration::ZERO, Duration::from_millis(600)] {
        let begun = Instant::now();
        let error = world
            .client()
            .details(&world.derivative(), wait, None)
            .unwrap_err();
        assert_eq!(
            (kind(&error), error.http_status()),
            (ErrorKind::NotReady, Some(202))
        );
        assert!(begun.elapsed() >= wait);
    }
}

#[test]
fn details_can_be_cancelled() {
    let world = World::new();
    world
        .sandbox
        .set_derivative_state(&world.urn, &world.derivative, TranslationState::Pending)
        .unwrap();
    let (client, request) = (world.client(), world.derivative());
    let cancel = CancelToken::new();
    let waiting = {
        let cancel = cancel.clone();
        std::thread::spawn(move || {
            client.details(&request, Duration::from_secs(3600), Some(&cancel))
        })
    };
    while world.sandbox.requests().is_empty() {
        std::thread::yield_now();
    }
    cancel.cancel();
    let error = waiting.join().unwrap().unwrap_err();
    assert_eq!(kind(&error), ErrorKind::Cancelled);
    // Calls to come fail as well.
    let error = world
        .client()
        .details(&world.derivative(), Duration::ZERO, Some(&cancel))
        .unwrap_err();
    assert_eq!(kind(&error), ErrorKind::Cancelled);
}
