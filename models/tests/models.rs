//! Runs the models: `cargo test --release` in this folder, or `cargo xtask test models`.

macro_rules! models {
    ($($noun:ident::$name:ident)*) => {$(
        #[test]
        fn $name() {
            apsfetch_models::$noun::$name();
        }
    )*};
}

models! {
    crews::an_item_that_starts_over_is_finished_once
    crews::the_last_worker_finishes_the_item
    ends::everybody_hears_of_the_end
    handles::an_object_is_freed_once_and_never_in_use
    handles::first_handles_differ_and_begin_at_the_start
    pauses::a_cancelled_pause_ends
    ranges::a_range_goes_from_hand_to_hand
    ranges::a_shared_rest_is_written_once
    ranges::nobody_writes_to_a_dead_range
    ranges::what_is_before_the_frontier_is_written
    renewals::a_failed_renewal_leaves_nobody_waiting
    renewals::one_renewal_for_all
}
