/** How long lessons take on this machine: its server says that, and a page that is opened as a file does not know. */
window.workshopPace = null;
/** Whether each lesson that compiles is "warm", "warming" or "cold". */
window.workshopWarmth = {};
