//! The locks and atomics for state that several tasks share. They are the standard
//! library's.
//!
//! In unit tests they are wrappers, and each use of one is a point at which another task
//! may continue while `tests/interleavings.rs` explores the orders.

#[cfg(not(test))]
pub(crate) use std::sync::Mutex;
#[cfg(not(test))]
pub(crate) use std::sync::atomic::{AtomicBool, AtomicU64};

#[cfg(test)]
pub(crate) use explored::{AtomicBool, AtomicU64, Mutex, explore};

#[cfg(test)]
mod explored {
    use std::cell::Cell;
    use std::sync::atomic::{self, Ordering};
    use std::sync::{self, LockResult, MutexGuard, TryLockError};

    thread_local! {
        static EXPLORING: Cell<bool> = const { Cell::new(false) };
    }

    /// Runs `run` in `orders` orders of its tasks, chosen at random. All tasks share the
    /// thread, and switch where they wait and at each use of a lock or atomic.
    pub(crate) fn explore(orders: usize, run: impl Fn() + Send + Sync + 'static) {
        EXPLORING.set(true);
        shuttle::check_random(run, orders);
        EXPLORING.set(false);
    }

    fn switch() {
        if EXPLORING.get() {
            shuttle::thread::yield_now();
        }
    }

    #[derive(Debug, Default)]
    pub(crate) struct Mutex<T>(sync::Mutex<T>);

    impl<T> Mutex<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(sync::Mutex::new(value))
        }

        pub(crate) fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
            while EXPLORING.get() {
                switch();
                match self.0.try_lock() {
                    Ok(guard) => return Ok(guard),
                    Err(TryLockError::Poisoned(error)) => return Err(error),
                    Err(TryLockError::WouldBlock) => {}
                }
            }
            self.0.lock()
        }

        pub(crate) fn get_mut(&mut self) -> LockResult<&mut T> {
            self.0.get_mut()
        }
    }

    macro_rules! atomic {
        ($name:ident, $value:ty, { $($method:ident),* }) => {
            #[derive(Debug, Default)]
            pub(crate) struct $name(atomic::$name);

            impl $name {
                pub(crate) const fn new(value: $value) -> Self {
                    Self(atomic::$name::new(value))
                }

                pub(crate) fn load(&self, order: Ordering) -> $value {
                    switch();
                    self.0.load(order)
                }

                pub(crate) fn store(&self, value: $value, order: Ordering) {
                    switch();
                    self.0.store(value, order);
                }

                $(pub(crate) fn $method(&self, value: $value, order: Ordering) -> $value {
                    switch();
                    self.0.$method(value, order)
                })*
            }
        };
    }

    atomic!(AtomicU64, u64, { fetch_add });
    atomic!(AtomicBool, bool, { swap });

    impl AtomicBool {
        pub(crate) fn get_mut(&mut self) -> &mut bool {
            self.0.get_mut()
        }
    }
}
