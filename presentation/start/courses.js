// The machine's own server answers with the courses that were added to it; without a server there are none.
window.workshopCourses = [];
