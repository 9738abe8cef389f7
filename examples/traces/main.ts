console.log('ActGuard traces: none yet.');
