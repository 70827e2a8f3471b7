/* Mirrors: taskgroup/admission.go taskgroup/workers.go taskgroup/submit.go
 * taskgroup/limiter.go taskgroup/finish.go taskgroup/unstarted.go
 * taskgroup/join.go
 *
 * Tasks are accepted, at once, into the backlog, or after their caller has been
 * blocked; they are granted slots, and are run by workers that start each other.
 *
 * A task may wait until every task has started, as tasks of a group may when it
 * has no limit; it may return, fail or end its goroutine. A task may be canceled
 * while it is in the backlog, and the context of a caller may be done. The group
 * may share a limit: then its callers acquire that, too, and there is no backlog.
 * Shown: every accepted task ends exactly once, every one that is not canceled
 * runs, every caller returns, before any Wait does if it is blocked, the limit
 * and the backlog hold, no slot is granted once a failure is noted, callers go on
 * to the shared limit one at a time, and every Wait returns. The mutants:
 *
 *	-DMUTANT=1  a worker calls the function before it starts another worker
 *	-DMUTANT=2  a worker that a task has ended is not replaced
 *	-DMUTANT=3  a task that ends does not grant its slot
 *	-DMUTANT=4  a task canceled in the backlog is not counted out
 *	-DMUTANT=5  the last task closes only if Wait came before it
 *	-DMUTANT=6  a caller whose context is done does not look for a grant
 *	-DMUTANT=7  a task in the backlog that is granted a slot frees no place
 *	-DMUTANT=8  a caller that has not noticed its done context blocks the others
 *	-DMUTANT=9  a caller that has waited in vain does not close the group
 *	-DMUTANT=10 a group closes while a caller has yet to find out
 *	-DMUTANT=11 a failure is noted and the group canceled in two steps
 *	-DMUTANT=12 slots are granted while a caller is on its way to the shared limit
 *	-DMUTANT=13 a caller that goes on to the shared limit does not say so
 *	-DMUTANT=14 a caller that acquires in vain keeps its slot
 *	-DMUTANT=15 a cancellation leaves the backlog
 */
#ifndef MUTANT
#define MUTANT 0
#endif

#define N 3
#define CALLERS 2

bool mu;
byte queued, used, ready, pending, blocked;	/* under mu */
bool starting, joining, closed, parked, acquiring, canceled;	/* under mu */
chan callers = [CALLERS] of { byte };		/* under mu */
bool accepts[CALLERS];				/* under mu */
bool granted[CALLERS];	/* the channel is closed */
bool left[CALLERS];	/* its context is done */
bool ctxDone;		/* the group's */
byte end;		/* the WaitGroup */
byte limit, places;
bool shared;
byte free;		/* of the shared limit */
bool social;		/* tasks wait for each other */
bool heavy;		/* a task with two slots is there from the start */

bool failed;		/* not in the code, as is the rest */
byte onTheWay;		/* callers with a slot that have not gone on to acquire */
byte begun, ended, unstarted, accepted, refused, total;

inline lock() { atomic { !mu -> mu = true } }

#define REFUSES (closed || canceled || ctxDone)

inline accept()
{
	pending++;
	accepted++
}

/* grant is grantLocked, with admission.next inside. */
inline grant(id)
{
	d_step {
		do
#if MUTANT == 12
#define WAIT false
#else
#define WAIT acquiring
#endif
		:: WAIT -> break
		:: !WAIT && queued > 0 && used < limit && !(canceled || ctxDone) ->
			assert(!failed);
			queued--;
			used++;
			ready++
		:: !WAIT && (queued == 0 || used == limit || canceled || ctxDone) ->
			if
			:: canceled || ctxDone || empty(callers) -> break
			:: !canceled && !ctxDone && nempty(callers) ->
				callers?<id>;
				if
#if MUTANT == 8
				:: left[id] -> break
#else
				:: left[id] -> callers?id
#endif
				:: !left[id] && queued == 0 && used < limit ->
					callers?id;
					assert(!failed);
					accepts[id] = true;
					granted[id] = true;
					used++;
					if
					:: shared ->
						acquiring = true;
						onTheWay++;
						assert(onTheWay == 1)
					:: else ->
						blocked--;
						accept();
						ready++
					fi
#if MUTANT != 7
				:: !left[id] && (queued > 0 || used == limit) && queued < places ->
					callers?id;
					accepts[id] = true;
					granted[id] = true;
					blocked--;
					accept();
					queued++
				:: !left[id] && (queued > 0 || used == limit) && queued >= places -> break
#else
				:: !left[id] && (queued > 0 || used == limit) -> break
#endif
				fi
			fi
		od;
		id = 0;
		assert(used <= limit && queued <= places)
	}
}

#define STANDS(i) (callers??[i] && !left[i])

/* unlock is workers.unlock: a worker is starting while a task is ready. Nothing
 * waits for what is free. */
inline unlock()
{
	assert(canceled || ctxDone || acquiring || !(STANDS(0) || STANDS(1)) || queued >= places && (queued > 0 || used == limit));
	assert(canceled || ctxDone || queued == 0 || used == limit);
	if
	:: ready > 0 && !starting -> starting = true; mu = false; run work()
	:: else -> mu = false
	fi
}

#if MUTANT == 10
#define OVER (pending == 0)
#else
#define OVER (pending == 0 && blocked == 0)
#endif

inline closeIfOver()
{
	if
	:: OVER && joining && !closed ->
		closed = true;
		if
		:: parked -> end--
		:: else
		fi
	:: else
	fi
}

inline done()
{
	pending--;
	closeIfOver()
}

/* fail is finish of a task that failed. The first failure cancels the group under
 * the lock, and its context after that. */
inline fail(id, n)
{
	lock();
#if MUTANT != 11
	canceled = true;
#endif
	failed = true;
	mu = false;
	ctxDone = true;
	lock();		/* drain */
#if MUTANT != 15
	n = queued;
	queued = 0;
#endif
	grant(id);
	unlock();
	do
	:: n > 0 ->
		n--;
		lock();
		unstarted++;
		done();
		unlock()
	:: else -> break
	od
}

proctype work()
{
	byte id, n;
	lock();
	starting = false;
	do
	:: ready == 0 -> mu = false; break
	:: else ->
		ready--;
#if MUTANT == 1
		mu = false;
#else
		unlock();
#endif
		begun++;
		if
		:: social -> begun + unstarted + refused == N || ctxDone
		:: else
		fi;
		if
		:: !failed -> fail(id, n)
		:: true
		fi;
		if
		:: shared -> free++
		:: else
		fi;
		lock();		/* finishedLocked */
		if
		:: heavy -> used = used - 2; heavy = false	/* it ran alone */
		:: else -> used--
		fi;
		ended++;
#if MUTANT != 3
		grant(id);
#endif
		done();
		if
		:: true			/* the function returned */
		:: true ->		/* it has ended the goroutine */
#if MUTANT == 2
			mu = false;
#else
			unlock();
#endif
			break
		fi
	od
}

/* leave counts out a caller whose task is not accepted. */
inline leave(units)
{
	refused++;
	lock();
	blocked--;
	used = used - units;
	grant(id);
#if MUTANT != 9
	closeIfOver();
#endif
	unlock()
}

/* submitShared goes on with a task that has a slot. */
inline submitShared(me, wasBlocked)
{
	if
	:: wasBlocked ->
		lock();
#if MUTANT != 13
		acquiring = false;
#endif
		onTheWay--;
		grant(id);
		unlock()
	:: else
	fi;
	if
	:: atomic { free > 0 -> free-- };
		lock();
		if
		:: REFUSES ->
			mu = false;
			free++;
			leave(1)
		:: else ->
			blocked--;
			accept();
			ready++;
			unlock()
		fi
	:: atomic {
		ctxDone || !patient ->
		if
		:: !patient -> left[me] = true
		:: else
		fi
	   };
#if MUTANT == 14
		leave(0)
#else
		leave(1)
#endif
	fi
}

/* submit has one task accepted, or waits for that. */
inline submit(me)
{
	lock();
	if
	:: REFUSES -> refused++; mu = false
	:: !REFUSES && empty(callers) && !acquiring && queued == 0 && used < limit ->
		assert(!failed);
		used++;
		if
		:: shared ->
			blocked++;
			mu = false;
			submitShared(me, false)
		:: else ->
			accept();
			ready++;
			unlock()
		fi
	:: !REFUSES && empty(callers) && (acquiring || queued > 0 || used == limit) && queued < places ->
		accept();
		queued++;
		mu = false
	:: !REFUSES && (nempty(callers) || (acquiring || queued > 0 || used == limit) && queued >= places) ->
		callers!me;
		blocked++;
		mu = false;
		if	/* await */
		:: granted[me]
		:: ctxDone
		:: !patient -> left[me] = true
		fi;
		lock();
		if
#if MUTANT != 6
		:: accepts[me] ->
#else
		:: accepts[me] && !left[me] ->
#endif
			mu = false;
			if
			:: shared -> submitShared(me, true)
			:: else
			fi
		:: else ->
			if
			:: callers??[eval(me)] -> callers??eval(me)
			:: !callers??[eval(me)]
			fi;
			mu = false;
			leave(0)
		fi
	fi
}

inline wait()
{
	lock();
	joining = true;
#if MUTANT != 5
	closeIfOver();
#endif
	if
	:: closed -> mu = false
	:: else ->
		if
		:: parked
		:: !parked -> parked = true; end++
		fi;
		mu = false;
		end == 0
	fi;
	assert(closed && pending == 0 && blocked == 0)
}

proctype owner()
{
	byte i, id;
	bool patient = true;
	for (i : 2 .. N) {
		submit(0);
		atomic { granted[0] = false; accepts[0] = false }
	}
	wait();
	assert(ended + unstarted == accepted && begun == ended)
}

proctype caller()
{
	byte id;
	bool patient;
	if
	:: patient = true
	:: patient = false
	fi;
	submit(1);
	if
	:: wait()
	:: true
	fi
}

/* cancel is unqueue of one task, if there is one in the backlog. */
proctype cancel()
{
	byte id;
	lock();
	if
	:: queued > 0 ->
		queued--;
		grant(id);
		unlock();
		lock();
		unstarted++;
#if MUTANT != 4
		done();
#endif
		unlock()
	:: else -> mu = false
	fi
}

init
{
	if
	:: limit = 1
	:: limit = N; social = true
	:: limit = 2
	fi;
	if
	:: places = 1
	:: places = 0
	:: places = N
	:: limit < N ->
		shared = true;
		free = 1;
		if
		:: limit == 2 ->
			free = 0;
			used = 2;
			heavy = true;
			accept();
			ready = 1;
			starting = true
		:: true
		fi
	fi;
	total = N + heavy;
	atomic {
		if
		:: heavy -> run work()
		:: else
		fi;
		run owner();
		run caller();
		if
		:: places > 0 -> run cancel()
		:: else
		fi
	}
	(_nr_pr == 1) -> assert(accepted + refused == total && ended + unstarted == accepted && pending == 0 && blocked == 0);
	assert(used == 0 && queued == 0 && empty(callers) && !acquiring && (!shared || free == 1))
}
