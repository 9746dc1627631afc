//! Work shared among threads.

use std::sync::{Mutex, PoisonError};

/// Does every job, on so many threads at most; returns when all are done. Threads take jobs in order, one
/// at a time, so that a long one does not hold up those behind it.
pub(super) fn share<J: Send>(threads: usize, jobs: Vec<J>, work: impl Fn(J) + Sync) {
    if threads <= 1 || jobs.len() <= 1 {
        return jobs.into_iter().for_each(work);
    }
    let helpers = threads.min(jobs.len()) - 1;
    let queue = Mutex::new(jobs.into_iter());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let run = || {
        while let Some(job) = next() {
            work(job);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..helpers {
            scope.spawn(run);
        }
        run();
    });
}

#[test]
fn every_job_is_done_once() {
    for threads in [0, 1, 2, 8] {
        let mut done = vec![0; 100];
        share(threads, done.iter_mut().collect(), |it| *it += 1);
        assert_eq!(done, [1; 100]);
    }
}
