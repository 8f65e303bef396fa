# SPDX-License-Identifier: Apache-2.0
"""Asynchronous work that survives the process.

A job is a document written in the transaction that promises the work; it
is taken away when the work is done. What a stopped process left behind is
done by the next one, so every job can be run twice.
"""
import concurrent.futures
import contextlib
import logging
import threading
import uuid

from localcloud.host import errors as host_errors

LOG = logging.getLogger(__name__)
HANDLERS = {}


def job(verb, failed=None):
    """Register a function as the work behind a verb.

    ``failed(cloud, subject, message, **args)`` records a failure.
    """
    def register(work):
        HANDLERS[verb] = (work, failed)
        return work
    return register


class Locks:
    """A lock per name, kept only while somebody wants it."""

    def __init__(self):
        self._guard = threading.Lock()
        self._locks = {}

    @contextlib.contextmanager
    def hold(self, name):
        """Be the only one at work on that name."""
        with self._guard:
            entry = self._locks.setdefault(name, [threading.RLock(), 0])
            entry[1] += 1
        try:
            with entry[0]:
                yield
        finally:
            with self._guard:
                entry[1] -= 1
                if not entry[1]:
                    del self._locks[name]


class Jobs:
    """The queue: durable rows, a pool of threads."""

    def __init__(self, cloud, threads):
        self._cloud = cloud
        self._pool = concurrent.futures.ThreadPoolExecutor(
            threads, thread_name_prefix='job')
        self._stopping = threading.Event()
        self.locks = Locks()

    def add(self, verb, subject, sabotage=None, **args):
        """Promise work on a subject, once the transaction is committed.

        A sabotage is a sentence: the work is not tried, it fails so.
        """
        doc = {'id': str(uuid.uuid4()), 'verb': verb, 'subject': subject,
               'sabotage': sabotage, 'args': args}
        store = self._cloud.store
        store.put('job', doc)
        store.after_commit(lambda: self._submit(doc))

    def resume(self):
        """Take up what an earlier process promised."""
        left = self._cloud.store.find('job')
        for doc in left:
            LOG.info('resuming %s of %s', doc['verb'], doc['subject'])
            self._submit(doc)

    def busy(self):
        """How many promises are open."""
        return self._cloud.store.count('job')

    def stop(self):
        """Finish what runs, leave the rest to the next process."""
        self._stopping.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _submit(self, doc):
        if not self._stopping.is_set():
            self._pool.submit(self._run, doc)

    def _run(self, doc):
        work, failed = HANDLERS[doc['verb']]
        subject, args = doc['subject'], doc['args']
        with self.locks.hold(subject):
            try:
                if doc['sabotage']:
                    raise host_errors.HostError(doc['sabotage'])
                work(self._cloud, subject, **args)
            except host_errors.HostError as error:
                LOG.warning('%s of %s failed: %s',
                            doc['verb'], subject, error)
                self._failed(failed, subject, str(error), args)
            except Exception as error:  # the edge of asynchronous work
                LOG.exception('%s of %s broke', doc['verb'], subject)
                self._failed(failed, subject,
                             f'{type(error).__name__}: {error}', args)
            self._cloud.store.delete('job', doc['id'])

    def _failed(self, failed, subject, message, args):
        if failed is None:
            return
        try:
            failed(self._cloud, subject, message, **args)
        except Exception:  # the edge again: the thread must live on
            LOG.exception('recording the failure of %s failed', subject)
